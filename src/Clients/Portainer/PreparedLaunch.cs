using System.Text.Json;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>What was prepared for an agent, and whether it was handed to Portainer; no secret is in it.</summary>
/// <param name="Cluster">The environment that it was prepared on.</param>
/// <param name="Image">As nodes pull it.</param>
/// <param name="PullSecret">Of its namespace; null where images need none.</param>
/// <param name="Started">Something of it may be there.</param>
/// <param name="Refused">Why the cluster did not take it.</param>
/// <param name="OnDocker">The environment is one of Docker.</param>
/// <param name="IsForgotten">Its template was taken away; what is left is where the agent's data is.</param>
internal sealed record PreparedLaunch(AgentLaunch Launch, int Cluster, string Image, string? PullSecret, bool Started = false, Diagnosis? Refused = null, bool IsForgotten = false, bool OnDocker = false);

/// <summary>Keeps what was prepared, one file per agent.</summary>
internal sealed class PreparedLaunches(string agentsFolder)
{
    private const string FileName = "portainer.json";

    public PreparedLaunch? Read(Guid agentId)
    {
        try
        {
            return JsonSerializer.Deserialize<PreparedLaunch>(File.ReadAllText(PathOf(agentId)), JsonSerializerOptions.Web);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(PreparedLaunch prepared)
    {
        var path = PathOf(prepared.Launch.AgentId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(prepared, JsonSerializerOptions.Web));
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Remove(Guid agentId)
    {
        if (Path.GetDirectoryName(PathOf(agentId)) is { } folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string PathOf(Guid agentId) => Path.Combine(agentsFolder, agentId.ToString(), FileName);
}
