using System.Globalization;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The addresses of Portainer's API below <c>/api/</c> (https://docs.portainer.io/api/docs); arrays have brackets in their names.</summary>
internal static class PortainerRoutes
{
    public const string Status = "system/status";
    public const string Environments = "endpoints";

    /// <summary>Without a filter: the one by environment drops every stack of Kubernetes.</summary>
    public const string Stacks = "stacks";

    public const string Templates = "custom_templates";
    public const string NewTemplate = $"{Templates}/create/string";

    public static string Environment(int id) => Text($"endpoints/{id}");

    public static string NewStack(StackKey key) =>
        Text($"stacks/create/{(key.Namespace is null ? "standalone" : "kubernetes")}/string?endpointId={key.Environment}");

    public static string Stack(int id) => Text($"stacks/{id}");

    public static string StackFile(int id) => Text($"stacks/{id}/file");

    /// <summary>With another environment than its own, Portainer would move the stack there.</summary>
    /// <param name="part">Such as <c>/stop</c>.</param>
    public static string StackIn(PortainerStack stack, string part = "") => Text($"stacks/{stack.Id}{part}?endpointId={stack.EndpointId}");

    public static string Template(int id) => Text($"{Templates}/{id}");

    public static string TemplateFile(int id) => Text($"{Templates}/{id}/file");

    public static string Registry(int id) => Text($"registries/{id}");

    public static string RegistryIn(int environment, int registry) => Text($"endpoints/{environment}/registries/{registry}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
