namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Binds a parameter to the durable task client, by the parameter's type.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; the embedded host has one, so this is ignored.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The name of the storage connection; the embedded host has one, so this is ignored.</summary>
    public string? ConnectionName { get; set; }
}
