using MultiAgentInfra.Clients.Artifacts;

namespace MultiAgentInfra.Clients.Tests.Artifacts;

public sealed class FolderArtifactStoreTests : ArtifactStoreSuite, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("artifacts-").FullName;

    public FolderArtifactStoreTests() => Store = new FolderArtifactStore(_folder);

    protected override IArtifactStore Store { get; }

    [Fact]
    public async Task Nobody_else_can_read_it()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var store = new FolderArtifactStore(_folder);
        await store.PutAsync("a.log", "text/plain", new MemoryStream([1]), Token);

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_folder));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Path.Combine(_folder, "a.log")));
    }

    [Fact]
    public async Task What_an_earlier_life_has_not_finished_is_gone_at_the_next_start()
    {
        var incoming = Path.Combine(_folder, ".incoming");
        await File.WriteAllTextAsync(Path.Combine(incoming, "half"), "half", Token);
        await Store.PutAsync("a.log", "text/plain", new MemoryStream([1]), Token);

        Assert.NotNull(new FolderArtifactStore(_folder));

        Assert.Equal([incoming, Path.Combine(_folder, "a.log")], Directory.GetFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Order());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
