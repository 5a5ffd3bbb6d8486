using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Generates the Dockerfile that an engine, or a person, can build the same runtime from.</summary>
[DurableTask(nameof(WriteDockerfile))]
public sealed class WriteDockerfileActivity(BaseImage runtimeBase, StepRecorder recorder) : StepActivity<WriteDockerfile, GeneratedFile>(recorder)
{
    protected override Task<StepResult<GeneratedFile>> RunStepAsync(WriteDockerfile input, CancellationToken cancellationToken)
    {
        var dockerfile = DockerfileBuilder.Build(runtimeBase);
        return Task.FromResult<StepResult<GeneratedFile>>(new(new GeneratedFile(dockerfile), $"{dockerfile.Length} characters."));
    }
}
