using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>The command beside a running control plane.</summary>
public sealed class HistoryExportTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_command_prints_the_history_and_nothing_else_beside_a_running_control_plane()
    {
        var accepted = await api.PostAsync();
        var agent = (string)accepted["agentId"]!;

        var (code, output, error) = await ExportAsync($"deploy-{agent}-1-1", "--data", api.Data);

        Assert.Equal((0, ""), (code, error));
        var history = JsonNode.Parse(output)!;
        Assert.Equal("DeployAgentOrchestrator", (string?)history["orchestrator"]);
        Assert.Equal(agent, (string?)history["input"]!["AgentId"]);
    }

    [Fact]
    public async Task An_operation_or_an_agent_names_its_instance()
    {
        var accepted = await api.PostAsync();
        var agent = (string)accepted["agentId"]!;

        foreach (var id in new[] { agent, (string)accepted["operation"]!["id"]! })
        {
            using var output = new StringWriter();
            Assert.Equal(0, await EmbeddedControlPlane.ExportHistoryAsync(new HistoryRequest(id, api.Data, null), output));
            Assert.Equal($"deploy-{agent}-1-1", (string?)JsonNode.Parse(output.ToString())!["instanceId"]);
        }
    }

    [Fact]
    public async Task A_file_is_private_and_never_replaced()
    {
        var agent = (string)(await api.PostAsync())["agentId"]!;
        var file = Path.Combine(api.Data, "history.json");
        var request = new HistoryRequest(agent, api.Data, file);

        Assert.Equal(0, await EmbeddedControlPlane.ExportHistoryAsync(request, TextWriter.Null));
        var written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(1, await EmbeddedControlPlane.ExportHistoryAsync(request, TextWriter.Null));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal($"deploy-{agent}-1-1", (string?)JsonNode.Parse(written)!["instanceId"]);
        Assert.Equal(written, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_not_there_is_an_error_and_is_not_made()
    {
        var missing = Path.Combine(api.Data, "missing");
        var empty = Directory.CreateDirectory(Path.Combine(api.Data, "empty")).FullName;

        AssertFailed($"There is no data folder {missing}. Give the control plane's with --data.", await ExportAsync("deploy-1", "--data", missing));
        AssertFailed($"There is no durable database {empty}/durable.db.", await ExportAsync("deploy-1", "--data", empty));
        AssertFailed($"There is no instance 'deploy-1' in {api.Data}/durable.db. Those that have ended are kept for a day.", await ExportAsync("deploy-1", "--data", api.Data));

        Assert.False(Directory.Exists(missing));
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty));
    }

    private static void AssertFailed(string message, (int Code, string Output, string Error) result) => Assert.Equal((1, "", message + Environment.NewLine), result);

    private static async Task<(int Code, string Output, string Error)> ExportAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "MultiAgentInfra.Functions.dll"), "export-history" }.Concat(arguments))
            start.ArgumentList.Add(argument);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
