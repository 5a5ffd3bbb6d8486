namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The key that a caller must present before an HTTP function runs.</summary>
public enum AuthorizationLevel
{
    /// <summary>No key.</summary>
    Anonymous = 0,

    /// <summary>Not supported by the embedded host, which refuses it at start.</summary>
    User = 1,

    /// <summary>A function key or the master key.</summary>
    Function = 2,

    /// <summary>The master key.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
