using System.Net;
using System.Net.Sockets;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class DockerConnectionTests
{
    [Fact]
    public async Task Over_TCP_both_sides_show_certificates_of_one_authority()
    {
        EngineFixture.Require();
        using var certificates = new EngineCertificates();
        using var others = new EngineCertificates();
        var endpoint = $"tcp://127.0.0.1:{FreePort()}";
        await using var engine = await DockerEngine.StartAsync(
            "-H", endpoint, "--tlsverify", "--tlscacert", Path.Combine(certificates.Server, "ca.pem"),
            "--tlscert", Path.Combine(certificates.Server, "cert.pem"), "--tlskey", Path.Combine(certificates.Server, "key.pem"));

        Assert.Equal([], await ListAsync(endpoint, certificates.Client));
        var unknown = await Assert.ThrowsAsync<ApiException>(() => ListAsync(endpoint, others.Client));
        Assert.Null(unknown.Status);
        Assert.Contains(endpoint, unknown.Message, StringComparison.Ordinal);
        File.Copy(Path.Combine(certificates.Client, "ca.pem"), Path.Combine(others.Client, "ca.pem"), overwrite: true);
        Assert.Null((await Assert.ThrowsAsync<ApiException>(() => ListAsync(endpoint, others.Client))).Status);
        Assert.NotNull((await Assert.ThrowsAsync<ApiException>(() => ListAsync(endpoint, null))).Message);
    }

    [Fact]
    public async Task A_build_on_an_engine_that_dies_is_a_failure_that_names_the_engine()
    {
        EngineFixture.Require();
        await using var engine = await DockerEngine.StartAsync();
        await SmallImage.ImportAsync(engine, EngineFixture.Base);
        using var connection = DockerConnection.To(new DockerOptions { Endpoint = engine.Endpoint });
        using var context = new SmallContext($"FROM {EngineFixture.Base}\nRUN echo begun && sleep 600\n");
        var begun = new TaskCompletionSource();
        var client = new DockerEngineClient(connection, null, TimeProvider.System);

        var build = client.BuildAsync(context.Build("dies"), line => _ = line == "begun" && begun.TrySetResult(), CancellationToken.None);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        await engine.KillAsync();

        var error = await Assert.ThrowsAsync<ApiException>(() => build);
        Assert.Contains(engine.Endpoint, error.Message, StringComparison.Ordinal);
        Assert.Null(error.Status);
    }

    private static async Task<IReadOnlyList<DockerImage>> ListAsync(string endpoint, string? certificates)
    {
        using var connection = DockerConnection.To(new DockerOptions { Endpoint = endpoint, CertificatesFolder = certificates });
        return await new DockerEngineClient(connection, null, TimeProvider.System).ListImagesAsync("a", "b", CancellationToken.None);
    }

    // dockerd does not say which port it chose.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
