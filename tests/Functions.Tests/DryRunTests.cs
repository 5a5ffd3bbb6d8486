using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class DryRunTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Canary = "canary-dry-4b81f0";

    [Fact]
    public async Task It_says_what_would_be_started_and_names_secrets_without_their_values()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = Canary };
        agent["env"] = new JsonObject { ["LOG_LEVEL"] = "debug" };
        agent["character"]!["id"] = Guid.NewGuid().ToString();

        var (answer, text) = await RunAsync(api, agent);

        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Logs, line => line.Contains(Canary, StringComparison.Ordinal));
        Assert.Equal(["ELIZA_SERVER_AUTH_TOKEN", "MY_KEY", "SECRET_SALT"], answer["secrets"]!.AsArray().Select(name => (string)name!));
        var process = Assert.Single(answer["manifests"]!.AsArray())!;
        Assert.Equal("Process", (string)process["kind"]!);
        Assert.Equal("***", (string)process["spec"]!["env"]!["MY_KEY"]!);
        Assert.Equal("debug", (string)process["spec"]!["env"]!["LOG_LEVEL"]!);
        Assert.True((bool)answer["image"]!["isPlaceholder"]!);
        Assert.EndsWith($"@sha256:{new string('0', 64)}", (string)answer["image"]!["reference"]!, StringComparison.Ordinal);
        Assert.Equal(["Added"], answer["difference"]!.AsArray().Select(item => (string)item!["change"]!));
        Assert.Contains(answer["warnings"]!.AsArray(), warning => ((string)warning!).StartsWith("character.id", StringComparison.Ordinal));
        Assert.Null(answer["yaml"]);
    }

    [Fact]
    public async Task It_changes_nothing_and_ignores_an_idempotency_key()
    {
        await api.PostAsync();
        var before = await SnapshotAsync();
        await RunAsync(api, ApiFixture.Agent(), "the-key");
        await RunAsync(api, ApiFixture.Agent(), "the-key");

        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task Every_error_is_the_same_as_without_it()
    {
        using var client = api.Client();
        foreach (var body in new[] { "{}", "{", """{"name":"\u0007","character":{"plugins":["@elizaos/plugin-discord"]},"target":"moon","resources":{"cpu":99}}""" })
        {
            var (dry, real) = (await client.PostAsync("/api/agents?dryRun=true", ApiFixture.Json(body)), await client.PostAsync("/api/agents", ApiFixture.Json(body)));
            Assert.Equal(real.StatusCode, dry.StatusCode);
            Assert.Equal(await TextAsync(real), await TextAsync(dry));
        }

        await (await client.PostAsync("/api/agents?dryRun=yes", ApiFixture.Json("{}"))).ProblemAsync(400, "invalid-parameter");
        await (await client.PostAsync("/api/agents?dryRun=true", new StringContent("{}"))).ProblemAsync(415, "unsupported-media-type");

        static async Task<string> TextAsync(HttpResponseMessage response)
        {
            var problem = (await response.JsonAsync()).AsObject();
            problem.Remove("traceId");
            return problem.ToJsonString();
        }
    }

    [Fact]
    public async Task Without_a_runtime_image_it_would_be_built_and_with_one_it_is_judged_by_the_policy_of_now()
    {
        await using var own = new ApiFixture();
        await own.InitializeAsync();
        Assert.Equal(("Built", null), await VerdictAsync(own));

        var key = await own.Get<RuntimeKeys>().OfClaimAsync(Plugins(), default);
        var (_, operation) = await own.CommitAsync();
        await own.Get<RuntimeImageStore>().ClaimAsync(operation.Id, key, waited: false, default);
        Assert.Equal(("Awaited", null), await VerdictAsync(own));

        var registry = own.Get<IImageRegistry>();
        var config = await registry.PutBlobAsync(ImageNames.RuntimeRepository, "{}"u8.ToArray(), MediaTypes.Config, default);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.Manifest, config = new { mediaType = MediaTypes.Config, digest = config.Digest.Value, size = 2 }, layers = Array.Empty<int>() });
        var image = (await registry.PutManifestAsync(ImageNames.RuntimeRepository, manifest, MediaTypes.Manifest, "runtime", default)).Digest;
        await own.Get<RuntimeImageStore>().CompleteAsync(key, image, ScanVerdict.NotScanned("none"), image, default);
        await own.Get<ScanGate>().RecordAsync(image, ScanResult.Of(ApiFixture.Report with { Vulnerabilities = [] }), default);
        Assert.Equal(("Reused", image.Value), await VerdictAsync(own));

        await own.Get<ScanGate>().RecordAsync(image, ScanResult.Of(ApiFixture.Report), default);
        Assert.Equal(("Refused", image.Value), await VerdictAsync(own));
    }

    [Fact]
    public async Task A_runtime_image_that_the_registry_has_lost_would_be_built_again()
    {
        await using var own = new ApiFixture();
        await own.InitializeAsync();
        var (image, key) = (Digest.Of("lost"u8), await own.Get<RuntimeKeys>().OfClaimAsync(Plugins(), default));
        await own.Get<RuntimeImageStore>().CompleteAsync(key, image, ScanVerdict.NotScanned("none"), image, default);
        await own.Get<ScanGate>().RecordAsync(image, ScanResult.Of(ApiFixture.Report with { Vulnerabilities = [] }), default);

        Assert.Equal(("Built", image.Value), await VerdictAsync(own));
        Assert.Equal(image, (await own.Get<RuntimeImageStore>().FindAsync(key, default)).Image);
    }

    [Fact]
    public async Task A_secret_in_the_agents_own_layer_would_end_the_deployment()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = Canary };
        agent["knowledge"] = new JsonArray(new JsonObject { ["name"] = "notes.md", ["content"] = $"The key is {Canary}." });

        var (answer, text) = await RunAsync(api, agent);

        Assert.Equal("Refused", (string)answer["policy"]!["layer"]!["verdict"]!);
        var finding = Assert.Single(answer["policy"]!["layer"]!["findings"]!.AsArray())!;
        Assert.Equal(("agent-secret", "notes.md"), ((string)finding["rule"]!, (string)finding["path"]!));
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_who_would_be_refused_is_refused()
    {
        await using var own = new ApiFixture { Configure = builder => builder.Services.AddSingleton(new LocalIsolation(true, "For one owner.")) };
        await own.InitializeAsync();
        await own.PostAsync();
        using var stranger = own.Client(Tokens.Of(Guid.NewGuid()));
        var refused = await stranger.PostAsync("/api/agents?dryRun=true", ApiFixture.Json(ApiFixture.Agent().ToJsonString()));
        await refused.ProblemAsync(403, "single-owner");
    }

    internal static async Task<(JsonNode Answer, string Text)> RunAsync(ApiFixture api, JsonObject agent, string? key = null)
    {
        using var client = api.Client();
        if (key is not null)
            client.DefaultRequestHeaders.Add("Idempotency-Key", key);
        var response = await client.PostAsync("/api/agents?dryRun=true", ApiFixture.Json(agent.ToJsonString()));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, text);
        var answer = JsonNode.Parse(text)!;
        Assert.Empty(JsonSchema.Check(OpenApiTests.Load(), new JsonObject { ["$ref"] = "#/components/schemas/DryRun" }, answer));
        return (answer, text);
    }

    private static async Task<(string Verdict, string? Image)> VerdictAsync(ApiFixture api)
    {
        var runtime = (await RunAsync(api, ApiFixture.Agent())).Answer["policy"]!["runtime"]!;
        return ((string)runtime["verdict"]!, (string?)runtime["image"]);
    }

    /// <summary>Of <see cref="ApiFixture.Agent"/>.</summary>
    private static PluginSet Plugins()
    {
        using var character = JsonDocument.Parse(ApiFixture.Agent()["character"]!.ToJsonString());
        return CharacterPlugins.Read(character.RootElement, PluginCatalogue.Default).Set;
    }

    /// <summary>Every row of every table but the engine's own, and the name of every file but the databases'.</summary>
    private async Task<List<string>> SnapshotAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(api.Data, "control.db")};Mode=ReadOnly");
        var lines = new List<string>();
        foreach (var table in await connection.QueryAsync<string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        {
            foreach (IDictionary<string, object> row in await connection.QueryAsync($"SELECT * FROM \"{table}\""))
                lines.Add($"{table}: {string.Join('|', row.Select(cell => cell.Value is byte[] bytes ? Convert.ToHexString(bytes) : cell.Value))}");
        }

        Assert.Contains(lines, line => line.StartsWith("agents:", StringComparison.Ordinal));
        lines.AddRange(Directory.EnumerateFiles(api.Data, "*", SearchOption.AllDirectories).Where(path => !path.Contains(".db", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        return lines;
    }
}
