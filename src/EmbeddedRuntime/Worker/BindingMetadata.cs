namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>One binding of a function, such as its trigger.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter's name.</summary>
    public abstract string Name { get; }

    /// <summary>The kind, such as <c>httpTrigger</c>, <c>timerTrigger</c> or <c>durableClient</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Whether the binding gives or takes a value.</summary>
    public abstract BindingDirection Direction { get; }
}

/// <summary>Whether a binding gives a value to the function or takes one from it.</summary>
public enum BindingDirection
{
    /// <summary>Into the function.</summary>
    In,

    /// <summary>Out of the function.</summary>
    Out,
}
