using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Tests.Docker;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>What a compose file becomes on a real engine, with a real Node.js in the place of the agent.</summary>
[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class ComposeOnEngineTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    // It says what it sees, and then waits like an agent.
    private const string Program = """
        const fs = require('fs');
        const tries = path => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
        const { OPENAI_API_KEY, SERVER_PORT, DISCORD_VOICE } = process.env;
        console.log(JSON.stringify({ key: OPENAI_API_KEY, port: SERVER_PORT, voice: DISCORD_VOICE, user: process.getuid(), root: tries('/x'), tmp: tries('/tmp/x'), secrets: tries('/run/agent/x') }));
        setInterval(() => {}, 1000);
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_agent_has_its_secrets_and_nobody_who_looks_at_its_container_or_stack_sees_them()
    {
        EngineFixture.Require();
        await using var server = await PortainerServer.StartAsync(fixture.Engine);
        using var connection = PortainerConnection.To(new() { Address = server.Address, ApiKey = PortainerServer.ApiKey });
        var portainer = new PortainerClient(connection, TimeProvider.System);
        var name = ComposeManifest.Name(Samples.Launch.AgentId);
        await fixture.Engine.ImportAsync("agent-image:1", NodeImage.WriteAsync, "ENV PATH=/usr/bin:/bin", $"CMD {JsonSerializer.Serialize(new[] { "node", "-e", Program })}");
        await PutSecretsAsync(ComposeManifest.SecretsVolume(Samples.Launch.AgentId));
        var file = ComposeManifest.Of(Samples.Singleton, hostNetwork: true).Replace(Samples.Singleton.Image, "agent-image:1", StringComparison.Ordinal);

        await portainer.CreateStackAsync(new(PortainerServer.EndpointId, name, null), file, TestContext.Current.CancellationToken);

        var said = await Wait.ForAsync("the agent's first line", Deadline, async () => await fixture.Engine.RunAsync("logs", name) is { Length: > 0 } line ? line : null);
        var seen = JsonSerializer.Deserialize<Seen>(said, JsonSerializerOptions.Web)!;
        Assert.Equal(
            new(Samples.SecretCanary, "20001", "no: $HOME # not a comment\n---\nkind: Secret", 1000, "EROFS", "written", "EROFS"), seen);
        Assert.DoesNotContain(Samples.SecretCanary, await fixture.Engine.RunAsync("inspect", name), StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.SecretCanary, file, StringComparison.Ordinal);
        Assert.Equal(Samples.Launch, KubernetesNames.ReadLaunch(JsonSerializer.Deserialize<Dictionary<string, string>>(
            await fixture.Engine.RunAsync("inspect", "--format", "{{json .Config.Labels}}", name))));
    }

    /// <summary>As it is done through the engine's API: into a volume of a container that never starts.</summary>
    private async Task PutSecretsAsync(string volume)
    {
        await fixture.Engine.RunAsync("volume", "create", volume);
        await fixture.Engine.RunAsync("create", "--name", "secrets", "--network", "none", "--volume", $"{volume}:{ComposeManifest.SecretsFolder}", "agent-image:1");
        await fixture.Engine.RunAsync(WriteAsync, "cp", "-", $"secrets:{ComposeManifest.SecretsFolder}");
        await fixture.Engine.RunAsync("rm", "secrets");

        static async Task WriteAsync(Stream stream)
        {
            await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Samples.Variables.Secret)));
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, ComposeManifest.SecretsFile)
            {
                Mode = UnixFileMode.UserRead,
                Uid = 1000,
                Gid = 1000,
                DataStream = content,
            });
        }
    }

    private sealed record Seen(string Key, string Port, string Voice, int User, string Root, string Tmp, string Secrets);
}
