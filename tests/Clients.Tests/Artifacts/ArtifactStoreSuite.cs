using System.Security.Cryptography;
using System.Text;
using MultiAgentInfra.Clients.Artifacts;

namespace MultiAgentInfra.Clients.Tests.Artifacts;

/// <summary>What every artifact store does; each of them has a class that runs it.</summary>
public abstract class ArtifactStoreSuite
{
    // More than two blocks of a blob, and no multiple of one.
    private const int LargeBytes = (9 * 1024 * 1024) + 17;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract IArtifactStore Store { get; }

    public static TheoryData<string> BadNames =>
        ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", ".hidden", "-x", "a b", "a%2fb", "ä", "a?b", "a#b", "a\n", "a\0b", new string('a', 201)];

    [Fact]
    public async Task What_was_put_is_read()
    {
        await PutAsync("scan.json", "{}");

        Assert.Equal("{}", await ReadAsync("scan.json"));
    }

    [Fact]
    public async Task Nothing_is_an_artifact_too()
    {
        await PutAsync("empty.log", "");

        Assert.Equal("", await ReadAsync("empty.log"));
    }

    [Fact]
    public async Task A_large_content_is_read_as_it_was_put()
    {
        var content = RandomNumberGenerator.GetBytes(LargeBytes);

        await Store.PutAsync("large.bin", "application/octet-stream", new PiecewiseStream(content), Token);

        await using var read = await Store.OpenAsync("large.bin", Token);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(read!, Token));
    }

    [Fact]
    public async Task A_content_of_exactly_one_block_is_read_as_it_was_put()
    {
        var content = RandomNumberGenerator.GetBytes(4 * 1024 * 1024);

        await Store.PutAsync("block.bin", "application/octet-stream", new MemoryStream(content), Token);

        await using var read = await Store.OpenAsync("block.bin", Token);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(read!, Token));
    }

    [Fact]
    public async Task A_repeated_put_changes_nothing_and_another_content_replaces_the_first()
    {
        await PutAsync("install.log", "first");
        await PutAsync("install.log", "first");
        Assert.Equal("first", await ReadAsync("install.log"));

        await PutAsync("install.log", "the second one");
        Assert.Equal("the second one", await ReadAsync("install.log"));
    }

    [Fact]
    public async Task Whoever_reads_at_the_same_time_reads_all_of_one_content()
    {
        var contents = Enumerable.Range(0, 8).Select(number => new string((char)('a' + number), 50_000)).ToList();
        await PutAsync("busy.log", contents[0]);

        var writing = Task.WhenAll(contents.Select(content => PutAsync("busy.log", content)));
        do
            Assert.Contains(await ReadAsync("busy.log"), contents);
        while (!writing.IsCompleted);
        await writing;

        Assert.Contains(await ReadAsync("busy.log"), contents);
    }

    [Fact]
    public async Task A_put_that_breaks_off_leaves_what_was_there()
    {
        await PutAsync("kept.log", "kept");

        await Assert.ThrowsAsync<IOException>(() => Store.PutAsync("kept.log", "text/plain", new BreakingStream(5 * 1024 * 1024), Token));
        await Assert.ThrowsAsync<IOException>(() => Store.PutAsync("never.log", "text/plain", new BreakingStream(100), Token));

        Assert.Equal("kept", await ReadAsync("kept.log"));
        Assert.Null(await Store.OpenAsync("never.log", Token));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_its_deletion_no_error()
    {
        Assert.Null(await Store.OpenAsync("nothing.log", Token));
        await Store.DeleteAsync("nothing.log", Token);
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_can_be_put_again()
    {
        await PutAsync("a.log", "a");
        await PutAsync("b.log", "b");

        await Store.DeleteAsync("a.log", Token);

        Assert.Null(await Store.OpenAsync("a.log", Token));
        Assert.Equal("b", await ReadAsync("b.log"));
        await PutAsync("a.log", "again");
        Assert.Equal("again", await ReadAsync("a.log"));
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(name, "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenAsync(name, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(name, Token));
    }

    private Task PutAsync(string name, string text) => Store.PutAsync(name, "text/plain", new MemoryStream(Encoding.UTF8.GetBytes(text)), Token);

    private async Task<string> ReadAsync(string name)
    {
        using var reader = new StreamReader((await Store.OpenAsync(name, Token))!);
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>Hands out a little at a time, as a network does.</summary>
    private sealed class PiecewiseStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 77_777)], cancellationToken);
    }

    private sealed class BreakingStream(int after) : MemoryStream(new byte[after])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The source broke off.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("The source broke off.");
    }
}
