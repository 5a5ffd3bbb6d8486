using System.Globalization;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A registry whose credentials Portainer keeps.</summary>
/// <param name="Url">Its host, without a scheme.</param>
/// <param name="RegistryAccesses">By the number of an environment.</param>
public sealed record PortainerRegistry(int Id, string Name, string Url, IReadOnlyDictionary<string, RegistryAccess>? RegistryAccesses)
{
    /// <summary>The namespaces of an environment that have its pull secret.</summary>
    public IReadOnlyList<string> NamespacesOf(int environment) =>
        RegistryAccesses?.GetValueOrDefault(environment.ToString(CultureInfo.InvariantCulture))?.Namespaces ?? [];
}

/// <summary>Who may use a registry on one environment.</summary>
public sealed record RegistryAccess(IReadOnlyList<string>? Namespaces);

/// <summary>A file that people deploy from Portainer's pages (a custom template); Portainer itself never renders it.</summary>
/// <param name="Type">2 for Docker Compose, 3 for Kubernetes.</param>
public sealed record PortainerTemplate(int Id, string Title, int Type, string? Description, string? Note, IReadOnlyList<TemplateVariable>? Variables = null);

/// <summary>What a custom template is made of.</summary>
/// <param name="Title">Unique in a Portainer.</param>
/// <param name="Type">2 for Docker Compose, 3 for Kubernetes.</param>
public sealed record TemplateContent(string Title, string Description, string Note, int Type, string FileContent, IReadOnlyList<TemplateVariable> Variables)
{
    /// <summary>Linux.</summary>
    public int Platform { get; } = 1;
}

/// <summary>A <c>{{ name }}</c> in a custom template.</summary>
public sealed record TemplateVariable(string Name, string Label, string DefaultValue, string Description);
