namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Objects that middleware shares within one invocation, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Stores the feature of a type; null removes it.</summary>
    void Set<T>(T? instance);

    /// <summary>The feature of a type, or null.</summary>
    T? Get<T>();
}
