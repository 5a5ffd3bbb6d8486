using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests;

public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Traversable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _parent = Directory.CreateTempSubdirectory("data-").FullName;

    private string Root => Path.Combine(_parent, "data");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Each_folder_and_file_has_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");

        using var folder = DataFolder.Open(Root);

        foreach (var path in (string[])[folder.Keys, folder.Registry, folder.Builds, folder.NpmCache])
            Assert.Equal(Private, Mode(path));
        foreach (var path in (string[])[folder.Root, folder.Runtimes, folder.Agents])
            Assert.Equal(Traversable, Mode(path));
        foreach (var path in (string[])[folder.ControlDatabase, folder.DurableDatabase, folder.DurableDatabase + ".lock"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(path));
    }

    [Theory]
    [InlineData(Private | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite, Traversable)]
    [InlineData(Private | UnixFileMode.GroupRead, Traversable | UnixFileMode.GroupRead)]
    [InlineData(Private, Traversable)]
    public void A_folder_that_was_there_becomes_traversable_and_nobody_elses_to_write(UnixFileMode before, UnixFileMode after)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        Directory.CreateDirectory(Root);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Root, before);

        using var folder = DataFolder.Open(Root);

        Assert.Equal(after, Mode(Root));
    }

    [Fact]
    public void A_second_owner_is_told_what_to_do()
    {
        using (DataFolder.Open(Root))
        {
            var error = Assert.Throws<InvalidOperationException>(() => DataFolder.Open(Root));
            Assert.Equal(
                $"The data folder {Root} is in use by another process. Stop that process, or give this one its own folder with --data.",
                error.Message);
        }

        DataFolder.Open(Root).Dispose();
    }

    [Fact]
    public void A_relative_path_becomes_absolute()
    {
        using var folder = DataFolder.Open(Path.GetRelativePath(Environment.CurrentDirectory, Root));

        Assert.Equal(Root, folder.Root);
    }

    [Fact]
    public void The_paths_are_those_of_the_documentation()
    {
        using var folder = DataFolder.Open(Root);
        var agent = Guid.NewGuid();
        var layer = Digest.Of("layer"u8);

        Assert.Equal(Path.Combine(Root, "agents", agent.ToString()), folder.AgentOf(agent));
        Assert.Equal(Path.Combine(Root, "runtimes", layer.Hex), folder.RuntimeOf(layer));
        Assert.Equal(Path.Combine(Root, "builds", "key"), folder.BuildOf("key"));
        Assert.Equal(Path.Combine(Root, "keys", "secrets.key"), folder.SecretsKey);
        Assert.Equal(Path.Combine(Root, "keys", "development-jwt.key"), folder.DevelopmentJwtKey);
        Assert.Equal(Path.Combine(Root, "keys", "function.keys"), folder.FunctionKeys);
    }

    [Fact]
    public void Opening_again_keeps_what_is_there()
    {
        using (var folder = DataFolder.Open(Root))
            File.WriteAllText(folder.ControlDatabase, "kept");

        using (var folder = DataFolder.Open(Root))
            Assert.Equal("kept", File.ReadAllText(folder.ControlDatabase));
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
