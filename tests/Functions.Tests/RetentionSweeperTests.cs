using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>What housekeeping deletes and what it leaves alone, on every registry.</summary>
public abstract class RetentionSweeperTests : IAsyncLifetime
{
    private static readonly System.Text.Json.JsonSerializerOptions Json = new(System.Text.Json.JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly FakeClock _clock = new();
    private readonly LogCapture _logs = new();
    private DataFolder _folder = null!;
    private ControlDatabase _database = null!;
    private Agent _agent = null!;
    private IImageRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Repository => ImageNames.AgentRepository(_agent.OrganizationId);

    private ImageStore Images => new(_database);

    public virtual async ValueTask InitializeAsync()
    {
        _folder = DataFolder.Open(Directory.CreateTempSubdirectory("retention-").FullName);
        _database = new(_folder, _clock);
        var organization = await new OrganizationStore(_database).GetPersonalAsync("alice", Token);
        var draft = new NewAgent(
            Guid.NewGuid(), organization, "Ada", "local", "{}", PluginSet.Create(PluginCatalogue.Default, []), [],
            new Dictionary<string, string>(), new Dictionary<string, string>(), new AgentResources(), []);
        var created = await new AgentStore(_database, SecretBox.Open(_folder.SecretsKey, false)).CreateAsync(draft, null, Token);
        _agent = Assert.IsType<CreateResult.Created>(created).Agent;
        _registry = await OpenAsync(_folder);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _logs.Dispose();
        _database.Dispose();
        _folder.Dispose();
        Directory.Delete(_folder.Root, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IImageRegistry> OpenAsync(DataFolder folder);

    [Fact]
    public async Task An_image_goes_with_all_that_refers_to_it_when_it_was_seen_unwanted_twice()
    {
        var kept = await PushAsync(1);
        var gone = await PushAsync(2);
        await PushAsync(3);
        var signature = await PutAsync(Repository, "signature", ImageNames.CompanionTags(gone.Digest)[1]);
        var referrer = await ReferAsync(gone);
        var keptReferrer = await ReferAsync(kept);
        _clock.Advance(TimeSpan.FromDays(2));

        await SweepAsync();
        Assert.NotNull(await ResolveAsync(gone.Digest));
        Assert.Contains(_logs.Lines, line => line.Contains($"{gone.Digest} is unwanted: It is none of the agent's last 1 revisions.", StringComparison.Ordinal));
        _clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync();

        foreach (var digest in new[] { gone.Digest, signature.Digest, referrer })
            Assert.Null(await ResolveAsync(digest));
        Assert.Empty(await _registry.ListReferrersAsync(Repository, gone.Digest, Token));
        Assert.NotNull(await ResolveAsync(kept.Digest));
        Assert.Equal(keptReferrer, Assert.Single(await _registry.ListReferrersAsync(Repository, kept.Digest, Token)).Digest);
        Assert.Null(await Images.FindAsync(_agent.OrganizationId, gone.Digest, Token));
        Assert.Equal(2, (await Images.ListNamesAsync(Repository, Token)).Count);
    }

    [Fact]
    public async Task What_others_have_tagged_or_pushed_stays()
    {
        await PushAsync(1);
        var tagged = await PushAsync(2);
        var gone = await PushAsync(3);
        await PushAsync(4);
        await _registry.PutManifestAsync(Repository, (await _registry.GetManifestAsync(Repository, tagged.Digest, Token)).Content, MediaTypes.Manifest, "audit-2030", Token);
        var foreign = await PutAsync(Repository, "foreign", "somebody-elses");
        var elsewhere = await PutAsync("library/tool", "tool", "latest");
        _clock.Advance(TimeSpan.FromDays(2));

        await SweepAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync();

        Assert.Null(await ResolveAsync(gone.Digest));
        Assert.Equal(tagged.Digest, (await _registry.ResolveAsync(Repository, "audit-2030", Token))?.Digest);
        Assert.Equal(tagged.Digest, (await _registry.ResolveAsync(Repository, ImageNames.AgentTag(_agent.Id, 2), Token))?.Digest);
        Assert.Equal(foreign.Digest, (await _registry.ResolveAsync(Repository, "somebody-elses", Token))?.Digest);
        Assert.Equal(elsewhere.Digest, (await _registry.ResolveAsync("library/tool", "latest", Token))?.Digest);
        Assert.Contains(_logs.Lines, line => line.Contains("stays, because somebody has tagged it as audit-2030", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_somebody_asks_for_after_it_was_marked_stays()
    {
        await PushAsync(1);
        var wanted = await PushAsync(2);
        await PushAsync(3);
        _clock.Advance(TimeSpan.FromDays(2));

        await SweepAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await PushAsync(2);
        await SweepAsync();

        Assert.NotNull(await ResolveAsync(wanted.Digest));
    }

    [Fact]
    public async Task A_runtime_image_that_goes_is_built_again_when_it_is_asked_for()
    {
        var runtimes = new RuntimeImageStore(_database);
        var image = await PutAsync(ImageNames.RuntimeRepository, "runtime", "key");
        await runtimes.ClaimAsync(_agent.OperationId, "set", waited: false, Token);
        await runtimes.CompleteAsync("set", image.Digest, ScanVerdict.NotScanned("no scanner"), Digest.Of("sbom"u8), Token);
        await Images.RecordAsync(new(ImageNames.RuntimeRepository, image.Digest, ImageKind.Runtime, "key", 1, RuntimeKey: "key"), Token);
        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync();
        Assert.Equal(RuntimeClaimState.Ready, (await runtimes.ClaimAsync(_agent.OperationId, "set", waited: false, Token)).State);

        for (var run = 0; run < 3; run++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            await SweepAsync();
        }

        Assert.Null(await _registry.ResolveAsync(ImageNames.RuntimeRepository, "key", Token));
        Assert.Equal(RuntimeClaimState.Claimed, (await runtimes.ClaimAsync(_agent.OperationId, "set", waited: false, Token)).State);
    }

    private Task SweepAsync()
    {
        var options = new RetentionOptions { KeepRevisions = 1 };
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(_logs));
        var sweeper = new RetentionSweeper(
            Images, new ImageEraser(Images, _registry), _registry, new RetentionPolicy(options, _clock), factory.CreateLogger<RetentionSweeper>());
        return sweeper.SweepAsync(Token);
    }

    private async Task<Descriptor> PushAsync(int revision)
    {
        var tag = ImageNames.AgentTag(_agent.Id, revision);
        var image = await PutAsync(Repository, $"revision {revision}", tag);
        await Images.RecordAsync(
            new(Repository, image.Digest, ImageKind.Agent, tag, 1, Digest.Of("below"u8), null, _agent.OrganizationId, _agent.Id, revision), Token);
        return image;
    }

    private async Task<Descriptor> PutAsync(string repository, string content, string tag)
    {
        var config = await _registry.PutBlobAsync(repository, "{}"u8.ToArray(), MediaTypes.Config, Token);
        var manifest = new OciManifest(2, MediaTypes.Manifest, config, []) { Annotations = new Dictionary<string, string> { ["content"] = content } };
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
        return await _registry.PutManifestAsync(repository, bytes, MediaTypes.Manifest, tag, Token);
    }

    private async Task<Digest> ReferAsync(Descriptor subject)
    {
        var config = await _registry.PutBlobAsync(Repository, "{}"u8.ToArray(), MediaTypes.Config, Token);
        var referrer = new OciManifest(2, MediaTypes.Manifest, config, [config]) { ArtifactType = "application/vnd.test", Subject = subject };
        return (await _registry.PutReferrersAsync(Repository, subject.Digest, [referrer], Token)).Single().Digest;
    }

    private async Task<Descriptor?> ResolveAsync(Digest digest) => await _registry.ResolveAsync(Repository, digest.Value, Token);
}

/// <summary>On the folder of this machine.</summary>
public sealed class LayoutRetentionTests : RetentionSweeperTests
{
    private OciLayout? _layout;

    public override async ValueTask DisposeAsync()
    {
        _layout?.Dispose();
        await base.DisposeAsync();
    }

    protected override Task<IImageRegistry> OpenAsync(DataFolder folder) => Task.FromResult<IImageRegistry>(_layout = new OciLayout(folder.Registry, TimeProvider.System));
}
