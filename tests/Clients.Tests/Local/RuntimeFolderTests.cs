using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class RuntimeFolderTests : IAsyncDisposable
{
    private readonly AgentMachine _machine = new();
    private readonly LocalTarget _target;

    public RuntimeFolderTests() => _target = _machine.NewTarget();

    [Fact]
    public async Task A_failed_unpacking_says_why_though_the_unpacker_took_the_folder_away()
    {
        static Task Fails(string folder, CancellationToken cancellationToken)
        {
            Directory.Delete(folder);
            throw new OperationCanceledException("the reason");
        }

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() =>
            _target.PrepareAsync(_machine.NewLaunch(), new("agents", Fails, AgentMachine.Character("{}")), TestDeadline.Token()));
        Assert.Equal("the reason", error.Message);
    }

    [Fact]
    public async Task No_agent_can_open_the_lock_of_the_runtimes_and_so_hold_it()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no modes.");
        // As an earlier release has left it.
        var path = Path.Combine(_machine.Options.RuntimesFolder, ".lock");
        await File.WriteAllTextAsync(path, "", TestDeadline.Token());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        await _machine.PrepareAsync(_target, "{}");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task The_undo_takes_away_what_an_interrupted_preparation_left()
    {
        var launch = await _machine.PrepareAsync(_target, "{}");
        var root = Path.Combine(_machine.Options.AgentsFolder, launch.AgentId.ToString());
        foreach (var name in (string[])["layer.new", "layer.new.partial"])
            Directory.CreateDirectory(Path.Combine(root, name, "app"));
        await File.WriteAllTextAsync(Path.Combine(root, "launch.json.new"), "{}", TestDeadline.Token());

        await _target.RemoveTemplateAsync(launch.AgentId);

        Assert.Equal(["data"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName));
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }
}
