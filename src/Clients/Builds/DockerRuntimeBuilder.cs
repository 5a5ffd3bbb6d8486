using System.Collections.Concurrent;
using System.Net;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>Builds on a Docker Engine, which pushes the image into the registry's quarantine. An image that the engine has under the key's
/// label is used: it outlives a control plane that ended between two steps.</summary>
public sealed class DockerRuntimeBuilder(DockerEngineClient engine, IImageRegistry registry, BuildFolder folder, DockerBuildTarget target) : IRuntimeBuilder
{
    public const string Name = "docker";

    // One for each plugin set: a step that was given up may still be ending while its next attempt begins.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    public Task<RuntimeOrigin> GetOriginAsync(CancellationToken cancellationToken) => Task.FromResult(target.Origin);

    public Task InstallAsync(RuntimeBuild build, BuildContext context, Action<string> output, CancellationToken cancellationToken) => InTurnAsync(
        build.PluginSetKey,
        async () =>
        {
            await folder.WriteAsync(build.PluginSetKey, context, cancellationToken);
            if (await FindAsync(build, cancellationToken) is { } image)
                output($"{engine.Name} has the image {image.Id} of an earlier build of the same.");
            else
                await BuildAsync(build, output, cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<Descriptor> AssembleAsync(RuntimeBuild build, Action<string> output, CancellationToken cancellationToken) => InTurnAsync(
        build.PluginSetKey,
        async () =>
        {
            var image = await FindAsync(build, cancellationToken);
            Digest? pushed = null;
            if (image is not null)
            {
                // What carries the label may have lost the name.
                await engine.TagAsync(image.Id, target.Repository, build.RuntimeKey, cancellationToken);
                pushed = await engine.PushAsync(target.Repository, build.RuntimeKey, output, cancellationToken);
            }

            // An engine that keeps its images in containerd says no digest; and what counts is what the registry has.
            var stored = await registry.ResolveAsync(ImageNames.QuarantineRepository, build.RuntimeKey, cancellationToken)
                ?? throw new InvalidOperationException($"Neither {engine.Name} nor {registry.Name} has the image of the build.");
            if (pushed is not null && stored.Digest != pushed)
                throw new InvalidDataException($"{engine.Name} pushed {pushed}, and {registry.Name} has {stored.Digest} instead.");
            await RemoveAsync(build.PluginSetKey, cancellationToken);
            return stored;
        },
        cancellationToken);

    public Task DiscardAsync(string pluginSetKey, CancellationToken cancellationToken) => InTurnAsync(
        pluginSetKey,
        async () =>
        {
            await RemoveAsync(pluginSetKey, cancellationToken);
            folder.Remove(pluginSetKey);
            return true;
        },
        cancellationToken);

    private async Task<DockerImage?> FindAsync(RuntimeBuild build, CancellationToken cancellationToken) =>
        await engine.ListImagesAsync(ImageNames.RuntimeKeyLabel, build.RuntimeKey, cancellationToken) is [var newest, ..] ? newest : null;

    private async Task BuildAsync(RuntimeBuild build, Action<string> output, CancellationToken cancellationToken)
    {
        var failure = new NpmFailure();
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [DockerfileBuilder.BuildLabel] = build.PluginSetKey,
            [ImageNames.RuntimeKeyLabel] = build.RuntimeKey,
            [ImageNames.NodeVersionLabel] = target.Origin.NodeVersion,
        };
        var arguments = new Dictionary<string, string> { [DockerfileBuilder.BuildArgument] = build.PluginSetKey };
        var request = new DockerBuild(folder.Context(build.PluginSetKey), target.Repository, build.RuntimeKey, labels, arguments, target.Platform, target.Network);
        try
        {
            await engine.BuildAsync(request, Pass, cancellationToken);
        }
        // What failed inside of the build: npm's own code says whether the packages are at fault.
        catch (ApiException exception) when (exception.Status == HttpStatusCode.OK)
        {
            failure.Add(exception.Message);
            throw failure.ToException("The build", 1);
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new NonRetryableException(exception.Message);
        }

        void Pass(string line)
        {
            var clean = NpmFailure.Clean(line);
            failure.Add(clean);
            output(clean);
        }
    }

    /// <summary>The image, and the one of the stage that it was built in.</summary>
    private async Task RemoveAsync(string pluginSetKey, CancellationToken cancellationToken)
    {
        foreach (var image in await engine.ListImagesAsync(DockerfileBuilder.BuildLabel, pluginSetKey, cancellationToken))
        {
            try
            {
                await engine.RemoveImageAsync(image.Id, cancellationToken);
            }
            catch (ApiException exception) when (exception.Status == HttpStatusCode.Conflict)
            {
                // Someone's container runs it; the engine's owner prunes it later.
            }
        }
    }

    private async Task<T> InTurnAsync<T>(string key, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await run();
        }
        finally
        {
            turn.Release();
        }
    }
}
