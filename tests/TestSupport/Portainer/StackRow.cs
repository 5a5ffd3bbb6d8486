using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A row of the table of stacks, with the file that is on Portainer's disk.</summary>
internal sealed record StackRow(int Id, string Name, int Type, int EnvironmentId, string Namespace, string File)
{
    public const int Active = 1;
    public const int Inactive = 2;
    public const int Deploying = 3;
    public const int Error = 4;

    public int Status { get; init; } = Active;

    public string CreatedBy { get; init; } = "";

    public long Created { get; init; }

    public string UpdatedBy { get; init; } = "";

    public long Updated { get; init; }

    public JsonArray Variables { get; init; } = [];

    /// <summary>Only where stacks are made later than they are answered.</summary>
    public string? Failure { get; init; }

    // Fields that have no name of their own for JSON come as Go writes them.
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            [nameof(Id)] = Id,
            [nameof(Name)] = Name,
            [nameof(Type)] = Type,
            ["EndpointId"] = EnvironmentId,
            ["SwarmId"] = "",
            ["EntryPoint"] = Type == 3 ? "k8s-deployment.yml" : "docker-compose.yml",
            ["Env"] = Variables.DeepClone(),
            ["ResourceControl"] = null,
            [nameof(Status)] = Status,
            ["ProjectPath"] = $"/data/compose/{Id}",
            ["CreationDate"] = Created,
            [nameof(CreatedBy)] = CreatedBy,
            ["UpdateDate"] = Updated,
            [nameof(UpdatedBy)] = UpdatedBy,
            ["AdditionalFiles"] = null,
            ["AutoUpdate"] = null,
            ["Option"] = null,
            ["GitConfig"] = null,
            ["FromAppTemplate"] = false,
            [nameof(Namespace)] = Namespace,
        };
        if (Failure is not null)
            json["DeploymentStatus"] = new JsonArray(new JsonObject { [nameof(Status)] = Status, ["Time"] = Updated, ["Message"] = Failure });
        return json;
    }
}
