using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Docker;

namespace MultiAgentInfra.Clients.Tests.Docker;

public sealed class DockerMessageReaderTests
{
    [Fact]
    public void Messages_are_the_same_however_their_bytes_arrive() => Prop.ForAll<NonNull<string>[], PositiveInt>((texts, size) =>
    {
        var sent = texts.Select(text => text.Get).ToList();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(sent.Select(text => JsonSerializer.Serialize(new { stream = text }) + "\r\n")));

        var messages = ReadAsync(new Pieces(bytes, size.Get)).GetAwaiter().GetResult();

        return messages.Select(message => message.Stream).SequenceEqual(sent.Select(text => JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(text))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lines_are_the_same_however_a_build_cuts_its_output() => Prop.ForAll<PositiveInt>(size =>
    {
        const string text = "\u001b[91mnpm warn\u001b[0m x\r\n\nsecond line\nthird";
        var lines = new List<string>();
        var output = new OutputLines(lines.Add);

        foreach (var piece in text.Chunk(size.Get))
            output.Add(new string(piece));
        output.Flush();

        return lines.SequenceEqual(["npm warn x", "second line", "third"]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_line_without_an_end_is_refused_before_it_fills_the_memory()
    {
        var endless = new Pieces(Enumerable.Repeat((byte)'x', 3 * DockerMessageReader.MostLineBytes).ToArray(), 64 * 1024);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(endless));

        Assert.Contains("a line of more than", error.Message, StringComparison.Ordinal);
        Assert.True(endless.Position < 2 * DockerMessageReader.MostLineBytes);
    }

    [Theory]
    [InlineData("""{"status":"Pushed","id":"ab"}""", "ab: Pushed")]
    [InlineData("""{"status":"Pushing","progressDetail":{"current":1,"total":2},"id":"ab"}""", null)]
    [InlineData("""{"status":"Preparing","progressDetail":{},"id":"ab"}""", "ab: Preparing")]
    [InlineData("""{"status":"t: digest: sha256:1"}""", "t: digest: sha256:1")]
    [InlineData("""{"aux":{"ID":"1"}}""", null)]
    public void A_bar_is_no_line(string json, string? line) => Assert.Equal(line, DockerMessage.Parse(Encoding.UTF8.GetBytes(json)).Line);

    [Theory]
    [InlineData("""{"aux":{"ID":"1"}}""", "1")]
    [InlineData("""{"aux":{"ID":1}}""", null)]
    [InlineData("""{"aux":"AAAA"}""", null)]
    [InlineData("""{"aux":null}""", null)]
    public void What_is_added_may_be_of_any_shape(string json, string? id) => Assert.Equal(id, DockerMessage.Parse(Encoding.UTF8.GetBytes(json)).AuxText("ID"));

    private static async Task<List<DockerMessage>> ReadAsync(Stream stream)
    {
        var messages = new List<DockerMessage>();
        await foreach (var message in DockerMessageReader.ReadAsync(stream, CancellationToken.None))
            messages.Add(message);
        return messages;
    }

    private sealed class Pieces(byte[] content, int size) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
