using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>Makes images as the product's steps do, with its own classes and through its client of registries.</summary>
internal sealed class ImageMaker : IDisposable
{
    private const int Owners = 10;
    public const string RuntimeKey = "benchmark";

    private static readonly ScanVerdict Verdict = new(ScanOutcome.Passed, "benchmark", "Nothing was scanned.", 0, 0, 0, 0, 0);

    private readonly RemoteRegistry _registry;
    private readonly RuntimeImageBuilder _runtimes;
    private readonly AgentImageBuilder _agents;
    private readonly ImageMover _mover;
    private readonly ImageAttester _attester;

    /// <param name="host">Of the registry, with its port.</param>
    /// <param name="folder">For its key and for what is on its way to the registry.</param>
    public ImageMaker(string host, string folder)
    {
        _registry = new(new RegistryOptions { Address = host }, folder, TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        (_runtimes, _agents, _mover) = (new(_registry, new LayerRecords(Path.Combine(folder, "layers"))), new(_registry), new(_registry));
        _attester = new(_registry, ImageKeys.Open(new ImageSigningOptions(), Path.Combine(folder, "image.key"), null));
    }

    /// <summary>Packs the application, pushes it into quarantine and releases it.</summary>
    public async Task<Descriptor> MakeRuntimeAsync(string application, CancellationToken stop)
    {
        var below = await _registry.ResolveAsync("base", "1", stop) ?? throw new InvalidOperationException("The registry has no base image.");
        var image = await _runtimes.BuildAsync(application, new(RuntimeKey, "20.0.0", new("base", below.Digest)), stop);
        return await _mover.MoveAsync(new(ImageNames.QuarantineRepository, image.Digest), ImageNames.RuntimeRepository, RuntimeKey, stop);
    }

    /// <summary>Attaches to the runtime image what those of its agents inherit.</summary>
    public async Task AttestRuntimeAsync(Descriptor runtime, byte[] components, CancellationToken stop)
    {
        var list = await new ComponentLists(_registry).PutAsync(ImageNames.RuntimeRepository, components, stop);
        await AttestAsync(ImageNames.RuntimeRepository, runtime, list, stop);
    }

    /// <summary>Makes the image of an agent that was never seen, attests it if components are given, and gives it its name.</summary>
    public async Task MakeAgentAsync(Digest runtime, int index, Descriptor? components, CancellationToken stop)
    {
        var (owner, agent) = (new Guid(index % Owners, 0, 0, new byte[8]), Guid.NewGuid());
        var layer = new AgentLayer(owner, agent, 1, $$"""{"name":"Agent {{agent}}","bio":["Made to be measured."]}""", []);
        var image = await _agents.BuildAsync(runtime, layer, stop);
        var repository = ImageNames.AgentRepository(owner);
        if (components is not null)
            await AttestAsync(repository, image, components, stop);
        await _mover.MoveAsync(new(repository, image.Digest), repository, ImageNames.AgentTag(agent, 1), stop);
    }

    /// <summary>What an agent image inherits of its runtime image.</summary>
    public Task<Descriptor> FindComponentsAsync(Digest runtime, CancellationToken stop) =>
        new ComponentLists(_registry).FindAsync(ImageNames.RuntimeRepository, runtime, stop);

    public void Dispose() => _registry.Dispose();

    private Task AttestAsync(string repository, Descriptor image, Descriptor components, CancellationToken stop)
    {
        var now = TimeProvider.System.GetUtcNow();
        var definition = new BuildDefinition("https://multiagentinfra.dev/builds/benchmark", new { image.Digest }, [ResourceDescriptor.Of("image", image.Digest)]);
        var provenance = new SlsaProvenance(definition, RunDetails.Of("oci", Guid.NewGuid(), now, now));
        return _attester.AttestAsync(repository, image, new(components, ImageNames.RuntimeRepository, VerdictStatement.Of(Verdict), provenance), stop);
    }
}
