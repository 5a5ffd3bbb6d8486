using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>Makes images as the product's steps do, with its own classes and through its client of registries.</summary>
internal sealed class ImageMaker : IDisposable
{
    private const int Owners = 10;

    private readonly RemoteRegistry _registry;
    private readonly RuntimeImageBuilder _runtimes;
    private readonly AgentImageBuilder _agents;
    private readonly ImageMover _mover;

    /// <param name="host">Of the registry, with its port.</param>
    public ImageMaker(string host, string folder)
    {
        _registry = new(new RegistryOptions { Address = host }, folder, TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        (_runtimes, _agents, _mover) = (new(_registry), new(_registry), new(_registry));
    }

    /// <summary>Packs the application, pushes it into quarantine and releases it.</summary>
    public async Task<Digest> MakeRuntimeAsync(string application, CancellationToken stop)
    {
        var below = await _registry.ResolveAsync("base", "1", stop) ?? throw new InvalidOperationException("The registry has no base image.");
        var image = await _runtimes.BuildAsync(application, new("benchmark", "20.0.0", new("base", below.Digest)), stop);
        await _mover.MoveAsync(new(ImageNames.QuarantineRepository, image.Digest), ImageNames.RuntimeRepository, "benchmark", stop);
        return image.Digest;
    }

    /// <summary>Makes the image of an agent that was never seen, and gives it its name.</summary>
    public async Task MakeAgentAsync(Digest runtime, int index, CancellationToken stop)
    {
        var (owner, agent) = (new Guid(index % Owners, 0, 0, new byte[8]), Guid.NewGuid());
        var layer = new AgentLayer(owner, agent, 1, $$"""{"name":"Agent {{agent}}","bio":["Made to be measured."]}""", []);
        var image = await _agents.BuildAsync(runtime, layer, stop);
        var repository = ImageNames.AgentRepository(owner);
        await _mover.MoveAsync(new(repository, image.Digest), repository, ImageNames.AgentTag(agent, 1), stop);
    }

    public void Dispose() => _registry.Dispose();
}
