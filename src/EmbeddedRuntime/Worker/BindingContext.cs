namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The trigger's data by name; for HTTP the route values.</summary>
public abstract class BindingContext
{
    /// <summary>The values by name.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
