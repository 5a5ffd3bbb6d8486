using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>SIGKILL of the control plane in the middle of the long steps of one deployment.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class CrashTests
{
    private static readonly TimeSpan StepDeadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_deployment_that_is_killed_during_install_assembly_and_boot_succeeds_with_one_agent_and_nothing_left_over()
    {
        Requires.Program("npm");
        await using var controlPlane = await ControlPlane.StartAsync();
        var accepted = await controlPlane.PostAgentAsync(new
        {
            name = "survivor",
            character = new { name = "Survivor", bio = "Comes back.", plugins = new[] { "@elizaos/plugin-bootstrap" } },
        });
        var operationId = accepted["operation"]!["id"]!.GetValue<string>();

        await KillDuringAsync(controlPlane, operationId, "install", () => AgentProcesses.In(controlPlane.Data).Count > 0);
        await KillDuringAsync(controlPlane, operationId, "assemble", () => BlobsBeingWritten(controlPlane.Data).Length > 0);
        await KillDuringAsync(controlPlane, operationId, "healthy", () => AgentProcesses.AgentsIn(controlPlane.Data).Count == 1);

        var operation = await controlPlane.WaitForEndAsync(operationId, TimeSpan.FromMinutes(6));

        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        Assert.Single(AgentProcesses.AgentsIn(controlPlane.Data));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(controlPlane.Data, "builds")));
        Assert.Empty(BlobsBeingWritten(controlPlane.Data));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(controlPlane.Data, "runtimes")));
        Assert.True(ControlPlane.Step(operation, "install")!["attempts"]!.GetValue<int>() > 1, "The install was not interrupted.");
        Assert.True(ControlPlane.Step(operation, "assemble")!["attempts"]!.GetValue<int>() > 1, "The assembly was not interrupted.");
    }

    [Fact]
    public async Task A_build_that_is_killed_starts_once_again_and_one_whose_image_is_in_quarantine_not_at_all()
    {
        Requires.Program("busybox");
        using var tools = new FakeTools();
        tools.HoldListing();
        await using var controlPlane = await ControlPlane.StartAsync(tools.SearchPath);
        var accepted = await controlPlane.PostAgentAsync(new { name = "survivor", character = new { name = "Survivor", bio = "Comes back." } });
        var operationId = accepted["operation"]!["id"]!.GetValue<string>();

        await KillDuringAsync(controlPlane, operationId, "install", () => tools.Installed == 1);
        await Wait.UntilAsync("the second installation", StepDeadline, () => Task.FromResult(tools.Installed == 2));
        tools.Go();
        await KillDuringAsync(controlPlane, operationId, "sbom", () => tools.IsListing);
        tools.ReleaseListing();
        var operation = await controlPlane.WaitForEndAsync(operationId, StepDeadline);

        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        Assert.Equal((1, 2), (tools.Resolved, tools.Installed));
        Assert.Equal(1, ControlPlane.Step(operation, "assemble")!["attempts"]!.GetValue<int>());
        Assert.Empty(tools.Complaints);
    }

    private static async Task KillDuringAsync(ControlPlane controlPlane, string operationId, string step, Func<bool> underWay)
    {
        await controlPlane.WaitForOperationAsync(
            operationId,
            $"the step '{step}' to be under way",
            StepDeadline,
            operation => ControlPlane.Status(operation) is "Failed" or "Succeeded"
                ? throw new InvalidOperationException(operation.ToJsonString())
                : Runs(ControlPlane.Step(operation, step)) && underWay());
        await controlPlane.KillAsync();
        await controlPlane.RestartAsync();
    }

    private static bool Runs(JsonNode? step) => step is not null && ControlPlane.Status(step) == "Running";

    /// <summary>Blobs of the registry that have no digest for a name yet.</summary>
    private static string[] BlobsBeingWritten(string data) =>
        [.. Directory.EnumerateFiles(Path.Combine(data, "registry"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "sha256" && Path.GetFileName(file) is not ("index.json" or "oci-layout" or ".index.lock"))];
}
