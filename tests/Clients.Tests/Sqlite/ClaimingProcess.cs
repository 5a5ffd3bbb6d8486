using System.Diagnostics;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

/// <summary>Another control plane on the store's database, as a process of its own; it ends with the test, at the end of its input.</summary>
internal sealed class ClaimingProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _folder;

    private ClaimingProcess(Process process, string folder) => (_process, _folder) = (process, folder);

    public static async Task<ClaimingProcess> StartAsync(TestStore store, Guid operation)
    {
        // A folder of its own, because a process owns its folder; the database in it is the store's.
        var folder = Directory.CreateTempSubdirectory("claims-").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "control.db"), store.Folder.ControlDatabase);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MultiAgentInfra.Clients.ClaimHost.dll"), folder, operation.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var host = new ClaimingProcess(Process.Start(start)!, folder);
        Assert.Equal("ready", await host.ReadLineAsync());
        return host;
    }

    /// <summary>Asks for a claim, and does not wait for the answer.</summary>
    public void Claim(string key)
    {
        _process.StandardInput.WriteLine(key);
        _process.StandardInput.Flush();
    }

    public async Task<RuntimeClaimState> AnswerAsync() => Enum.Parse<RuntimeClaimState>(await ReadLineAsync() ?? "The process has ended.");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(Deadline);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token);
    }
}
