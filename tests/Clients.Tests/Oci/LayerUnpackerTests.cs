using System.Formats.Tar;
using System.IO.Compression;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class LayerUnpackerTests : IDisposable
{
    private const string Repository = "runtime";

    private readonly TemporaryLayout _temporary = new();
    private readonly LayerUnpacker _unpacker;
    private readonly string _target;

    public LayerUnpackerTests() => (_unpacker, _target) = (new(_temporary.Layout), _temporary.PathOf("unpacked"));

    public void Dispose()
    {
        _unpacker.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_packed_folder_comes_out_as_it_went_in_and_read_only()
    {
        var app = _temporary.CreateApp();
        var layer = await PackAsync(app);

        await _unpacker.UnpackAsync(Repository, layer.Blob, _target, CancellationToken.None);

        var files = Directory.EnumerateFiles(app, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(app, f)).Order().ToList();
        Assert.Equal(files, Directory.EnumerateFiles(Path.Combine(_target, "app"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Path.Combine(_target, "app"), f)).Order());
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(app, f)), File.ReadAllBytes(Path.Combine(_target, "app", f))));
        Assert.Equal("../tool/cli.js", new FileInfo(Path.Combine(_target, "app/node_modules/.bin/tool")).LinkTarget);
        const UnixFileMode readAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.Equal(readAll, File.GetUnixFileMode(Path.Combine(_target, "app/package.json")));
        Assert.Equal(
            readAll | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute,
            File.GetUnixFileMode(Path.Combine(_target, "app/node_modules/tool/cli.js")));
    }

    [Fact]
    public async Task The_listed_digest_is_the_uncompressed_contents()
    {
        var layer = await PackAsync(_temporary.CreateApp());

        await using var gzip = new GZipStream(await _temporary.Layout.OpenBlobAsync(Repository, layer.Blob, CancellationToken.None), CompressionMode.Decompress);

        Assert.Equal(layer.DiffId, Core.Images.Digest.FromHash(await System.Security.Cryptography.SHA256.HashDataAsync(gzip)));
    }

    [Fact]
    public async Task A_folder_that_exists_is_left_as_it_is()
    {
        var layer = await PackAsync(_temporary.CreateApp());
        Directory.CreateDirectory(_target);

        await _unpacker.UnpackAsync(Repository, layer.Blob, _target, CancellationToken.None);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_target));
    }

    [Fact]
    public async Task What_an_interrupted_run_left_is_replaced()
    {
        var layer = await PackAsync(_temporary.CreateApp());
        TemporaryLayout.Write(_target + ".partial", "app/package.json", "half");

        await _unpacker.UnpackAsync(Repository, layer.Blob, _target, CancellationToken.None);

        Assert.Equal("""{"name":"x"}""", await File.ReadAllTextAsync(Path.Combine(_target, "app/package.json")));
        Assert.False(Directory.Exists(_target + ".partial"));
    }

    [Fact]
    public async Task A_damaged_layer_leaves_nothing()
    {
        var layer = await PackAsync(_temporary.CreateApp());
        var path = Path.Combine(_temporary.Layout.Root, "blobs", "sha256", layer.Blob.Digest.Hex);
        await File.AppendAllTextAsync(path, "x");

        await Assert.ThrowsAsync<InvalidDataException>(() => _unpacker.UnpackAsync(Repository, layer.Blob, _target, CancellationToken.None));

        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_cancelled_run_leaves_nothing()
    {
        var layer = await PackAsync(_temporary.CreateApp());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _unpacker.UnpackAsync(Repository, layer.Blob, _target, cancelled.Token));

        AssertNothingIsLeft();
    }

    public static TheoryData<string, TarEntryType, string> HostileEntries => new()
    {
        { "/etc/x", TarEntryType.RegularFile, "" },
        { "a/../../x", TarEntryType.RegularFile, "" },
        { "..", TarEntryType.Directory, "" },
        { "a/../x", TarEntryType.Directory, "" },
        { "link", TarEntryType.SymbolicLink, "/etc/passwd" },
        { "link", TarEntryType.SymbolicLink, "../x" },
        { "a/link", TarEntryType.SymbolicLink, "../../x" },
        { "a/link", TarEntryType.SymbolicLink, "b/../../x" },
        { "hard", TarEntryType.HardLink, "first" },
        { "pipe", TarEntryType.Fifo, "" },
        { "device", TarEntryType.CharacterDevice, "" },
        { "first", TarEntryType.RegularFile, "" },
        { "first/below", TarEntryType.RegularFile, "" },
        { "inside/below", TarEntryType.RegularFile, "" },
    };

    [Theory]
    [MemberData(nameof(HostileEntries))]
    public async Task An_entry_that_could_reach_outside_fails_the_whole_layer(string name, TarEntryType type, string target)
    {
        var content = new MemoryStream();
        await using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "first"));
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "inside") { LinkName = "elsewhere" });
            var entry = new PaxTarEntry(type, name);
            if (target.Length > 0)
                entry.LinkName = target;
            await tar.WriteEntryAsync(entry);
        }

        var layer = await _temporary.Layout.PutBlobAsync(Repository, content.ToArray(), MediaTypes.Layer, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(() => _unpacker.UnpackAsync(Repository, layer, _target, CancellationToken.None));

        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_folder_with_a_link_to_outside_is_not_packed()
    {
        var app = _temporary.CreateApp();
        File.CreateSymbolicLink(Path.Combine(app, "secret"), "/etc/passwd");

        await Assert.ThrowsAsync<Core.NonRetryableException>(() => PackAsync(app));

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_temporary.Layout.Root, ".tmp")));
    }

    private void AssertNothingIsLeft()
    {
        Assert.False(Directory.Exists(_target));
        Assert.False(Directory.Exists(_target + ".partial"));
    }

    private Task<PackedLayer> PackAsync(string app) =>
        new TarLayerWriter(_temporary.Layout).PackFolderAsync(Repository, app, "app", _ => false, CancellationToken.None);
}
