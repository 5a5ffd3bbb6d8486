using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Generates the package.json of the agent's plugin set.</summary>
[DurableTask(nameof(WritePackageJson))]
public sealed class WritePackageJsonActivity(AgentStore agents, StepRecorder recorder)
    : StepActivity<WritePackageJson, GeneratedFile>(recorder)
{
    protected override async Task<StepResult<GeneratedFile>> RunStepAsync(WritePackageJson input, CancellationToken cancellationToken)
    {
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var packages = string.Join(", ", revision.Plugins.Packages.Select(package => $"{package.Name}@{package.Version}"));
        return new(new GeneratedFile(PackageJsonBuilder.Build(revision.Plugins)), $"{packages}.");
    }
}
