namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Somebody who has an access token.</summary>
public sealed class PortainerUser(int id, string name, bool isAdmin, string key)
{
    public int Id => id;

    public string Name => name;

    public bool IsAdmin => isAdmin;

    public string Key => key;

    /// <summary>The environments that a user who is no administrator may use.</summary>
    public ISet<int> EnvironmentIds { get; } = new HashSet<int>();

    /// <summary>The namespaces that such a user may edit.</summary>
    public ISet<string> Namespaces { get; } = new HashSet<string>();
}
