namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Marks a method as a function that the host starts by its trigger.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>The name of the function, unique in the application.</summary>
    public string Name { get; } = name;
}
