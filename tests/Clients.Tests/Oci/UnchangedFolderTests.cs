using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>A folder that is packed again: its layer is used again when, and only when, every byte of it is what it was.</summary>
public sealed class UnchangedFolderTests : IDisposable
{
    private const string Repository = "runtime";

    private readonly TemporaryLayout _temporary = new();
    private readonly string _app;

    public UnchangedFolderTests() => _app = _temporary.CreateApp();

    private string Blobs => Path.Combine(_temporary.Layout.Root, "blobs", "sha256");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task The_same_content_is_not_packed_again()
    {
        var first = await PackAsync();
        MarkBlob(first);
        File.SetLastWriteTimeUtc(Path.Combine(_app, "package.json"), DateTime.UnixEpoch.AddYears(40));

        var second = await PackAsync();

        Assert.Equal(first, second);
        Assert.Equal("not written again", await File.ReadAllTextAsync(Path.Combine(Blobs, first.Blob.Digest.Hex)));
    }

    [Theory]
    [InlineData("package.json", 3)]
    [InlineData("node_modules/large.bin", 3_000_000)]
    public async Task One_byte_that_changed_under_the_same_size_and_time_is_noticed(string name, int offset)
    {
        var first = await PackAsync();
        var path = Path.Combine(_app, name);
        var (length, written) = (new FileInfo(path).Length, File.GetLastWriteTimeUtc(path));
        await using (var file = File.OpenWrite(path))
        {
            file.Position = offset;
            file.WriteByte((byte)'#');
        }

        File.SetLastWriteTimeUtc(path, written);
        Assert.Equal((length, written), (new FileInfo(path).Length, File.GetLastWriteTimeUtc(path)));

        Assert.NotEqual(first.DiffId, (await PackAsync()).DiffId);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_changed_name_link_or_permission_is_noticed()
    {
        var seen = new HashSet<string> { (await PackAsync()).DiffId.Value };

        File.Move(Path.Combine(_app, "node_modules/größe.txt"), Path.Combine(_app, "node_modules/andere.txt"));
        Assert.True(seen.Add((await PackAsync()).DiffId.Value));

        File.Delete(Path.Combine(_app, "node_modules/.bin/tool"));
        File.CreateSymbolicLink(Path.Combine(_app, "node_modules/.bin/tool"), "../large.bin");
        Assert.True(seen.Add((await PackAsync()).DiffId.Value));

        File.SetUnixFileMode(Path.Combine(_app, "package.json"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.True(seen.Add((await PackAsync()).DiffId.Value));

        Directory.CreateDirectory(Path.Combine(_app, "node_modules/empty"));
        Assert.True(seen.Add((await PackAsync()).DiffId.Value));
    }

    [Fact]
    public async Task A_layer_that_the_registry_lost_is_packed_again()
    {
        var first = await PackAsync();
        File.Delete(Path.Combine(Blobs, first.Blob.Digest.Hex));

        Assert.Equal(first, await PackAsync());

        Assert.True(File.Exists(Path.Combine(Blobs, first.Blob.Digest.Hex)));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_counts_as_none()
    {
        var first = await PackAsync();
        var record = Assert.Single(Directory.GetFiles(_temporary.PathOf("records")));
        await File.WriteAllTextAsync(record, "{");

        Assert.Equal(first, await PackAsync());

        Assert.NotEqual("{", await File.ReadAllTextAsync(record));
    }

    private void MarkBlob(PackedLayer layer) => File.WriteAllText(Path.Combine(Blobs, layer.Blob.Digest.Hex), "not written again");

    private Task<PackedLayer> PackAsync() =>
        new TarLayerWriter(_temporary.Layout, new LayerRecords(_temporary.PathOf("records"))).PackFolderAsync(Repository, _app, "app", _ => false, CancellationToken.None);
}
