using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Generates the Dockerfile that an engine, or a person, can build the same runtime from.</summary>
[DurableTask(nameof(WriteDockerfile))]
public sealed class WriteDockerfileActivity(AgentStore agents, StepRecorder recorder)
    : StepActivity<WriteDockerfile, GeneratedFile>(recorder)
{
    protected override async Task<StepResult<GeneratedFile>> RunStepAsync(WriteDockerfile input, CancellationToken cancellationToken)
    {
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var dockerfile = DockerfileBuilder.Build(revision.Plugins);
        return new(new GeneratedFile(dockerfile), $"{dockerfile.Length} characters.");
    }
}
