using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>Images of both builders, on a base that holds Node.js and in a real registry: other tools read them, and a real Docker Engine runs
/// the agents in them as securely as the images allow.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class ContainerTests
{
    private static readonly TimeSpan DeploymentDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BootDeadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_image_of_each_builder_is_accepted_by_other_tools_and_its_agent_runs_in_a_container()
    {
        foreach (var program in new[] { "npm", "skopeo", "dockerd", "busybox", "docker-registry" })
            Requires.Program(program);
        await using var engine = await DockerEngine.StartAsync();
        await using var registry = await RegistryProcess.StartAsync(new() { Password = true });
        var host = new Uri(registry.Address).Authority;
        var policy = registry.PathOf("scan-policy.json");
        await File.WriteAllTextAsync(policy, """{"severities":["CRITICAL"],"onlyFixable":true,"unscanned":"warn"}""");
        var settings = new Dictionary<string, string>
        {
            ["Registry__Address"] = registry.Address,
            ["Registry__Prefix"] = "team",
            ["Registry__Username"] = RegistryProcess.Username,
            ["Registry__Password"] = RegistryProcess.Password,
            ["Build__BaseImage"] = await PushBaseAsync(engine, $"{host}/team/base/node:1"),
            ["Build__NodeMajorVersion"] = "20",
            ["Scan__PolicyFile"] = policy,
        };

        await using var controlPlane = await ControlPlane.StartAsync(settings: settings);
        var byNpm = await DeployAsync(controlPlane, "by-npm");
        await controlPlane.StopAsync();
        controlPlane.Settings["Docker__Endpoint"] = engine.Endpoint;
        controlPlane.Settings["Docker__BuildNetwork"] = "host";
        await controlPlane.RestartAsync();
        var byDocker = await DeployAsync(controlPlane, "by-docker");

        foreach (var (operation, isFromDockerfile) in new[] { (byNpm, false), (byDocker, true) })
        {
            var labels = await AssertReadableAsync($"{host}/team/{Named(operation, "release").Reference}");
            Assert.Equal(isFromDockerfile, labels.ContainsKey("multiagentinfra.template"));
            var (reference, digest) = Named(operation, "push");
            await AssertReadableAsync($"{host}/team/{reference}");
            await AssertRunsAsync(engine, $"{host}/team/{reference.Split(':')[0]}@{digest}");
        }

        Assert.DoesNotContain(RegistryProcess.Password, controlPlane.Output, StringComparison.Ordinal);
    }

    /// <returns>The base's name with its digest in the registry.</returns>
    private static async Task<string> PushBaseAsync(DockerEngine engine, string name)
    {
        await NodeImage.ImportAsync(engine, name);
        await engine.RunAsync("login", "--username", RegistryProcess.Username, "--password", RegistryProcess.Password, name.Split('/')[0]);
        var pushed = await engine.RunAsync("push", name);
        return $"{name}@{Regex.Match(pushed, "sha256:[0-9a-f]{64}").Value}";
    }

    private static async Task<JsonNode> DeployAsync(ControlPlane controlPlane, string name)
    {
        var character = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "minimal.character.json")))!;
        var accepted = await controlPlane.PostAgentAsync(new { name, character });
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        foreach (var step in operation["steps"]!.AsArray().Where(step => step!["endedAt"] is not null))
            Console.WriteLine($"{name} {step!["name"]}: {(step["endedAt"]!.GetValue<DateTimeOffset>() - step["startedAt"]!.GetValue<DateTimeOffset>()).TotalSeconds:0.0} s");
        return operation;
    }

    private static (string Reference, string Digest) Named(JsonNode operation, string step)
    {
        var words = ControlPlane.Step(operation, step)!["detail"]!.GetValue<string>().Split(' ');
        return (words[0], words[2].TrimEnd('.'));
    }

    /// <returns>The image's labels.</returns>
    private static async Task<JsonObject> AssertReadableAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory("skopeo-");
        try
        {
            var inspected = JsonNode.Parse(await RunSkopeoAsync("inspect", "--tls-verify=false", "--creds", Credentials, $"docker://{name}"))!;
            Assert.NotEmpty(inspected["Layers"]!.AsArray());
            await RunSkopeoAsync("copy", "--src-tls-verify=false", "--src-creds", Credentials, $"docker://{name}", $"oci:{folder.FullName}:copy");
            return inspected["Labels"]!.AsObject();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>With nothing but its data volume to write to, and without any capability.</summary>
    private static async Task AssertRunsAsync(DockerEngine engine, string image)
    {
        var port = FreePort();
        await engine.RunAsync("pull", image);
        var container = await engine.RunAsync(
            "run", "--detach", "--network", "host", "--init", "--read-only", "--tmpfs", "/tmp", "--volume", "/data", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--env", $"SERVER_PORT={port}", "--env", "SERVER_HOST=127.0.0.1", "--env", "SENTRY_DSN=http://none@127.0.0.1:9/0",
            "--env", "ELIZA_SERVER_AUTH_TOKEN=of-a-test", "--env", "SECRET_SALT=of-a-test", image);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

        await Wait.UntilAsync($"/health of {image}", BootDeadline, async () =>
        {
            if (await engine.RunAsync("inspect", "--format", "{{.State.Running}}", container) != "true")
                Assert.Fail(await engine.RunAsync("logs", container));
            try
            {
                return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"))).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        await Wait.UntilAsync("the engine's own check", BootDeadline, async () =>
            await engine.RunAsync("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy");

        Assert.Equal("1000:1000", await engine.RunAsync("inspect", "--format", "{{.Config.User}}", container));
        await engine.RunAsync("stop", container);
        Assert.Equal("0", await engine.RunAsync("inspect", "--format", "{{.State.ExitCode}}", container));
    }

    private static string Credentials => $"{RegistryProcess.Username}:{RegistryProcess.Password}";

    private static async Task<string> RunSkopeoAsync(params string[] arguments)
    {
        using var skopeo = Process.Start(new ProcessStartInfo("skopeo", ["--insecure-policy", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (skopeo.StandardOutput.ReadToEndAsync(), skopeo.StandardError.ReadToEndAsync());
        await skopeo.WaitForExitAsync();
        Assert.True(skopeo.ExitCode == 0, await error);
        return await output;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
