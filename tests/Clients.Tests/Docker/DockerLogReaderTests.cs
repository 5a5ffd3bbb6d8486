using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Docker;

public sealed class DockerLogReaderTests
{
    private const long Start = 1_764_000_000_000_000;

    [Fact]
    public void Lines_come_out_as_they_went_in() => Prop.ForAll<NonNegativeInt[]>(pauses =>
    {
        var expected = new List<DockerLogLine>();
        foreach (var pause in pauses)
            expected.Add(new((expected.Count == 0 ? Start : expected[^1].Microseconds) + pause.Get, $"line {expected.Count} é"));

        return expected.SequenceEqual(ReadAsync([.. expected.SelectMany(line => Frame(line))], int.MaxValue).GetAwaiter().GetResult());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_page_ends_at_its_limit_and_never_between_lines_of_one_microsecond()
    {
        byte[] log = [.. Frame(new(Start, "a")), .. Frame(new(Start, "b")), .. Frame(new(Start + 1, "c"))];

        Assert.Equal(["a", "b"], (await ReadAsync(log, 4)).Select(line => line.Text));
    }

    [Fact]
    public async Task A_line_that_is_cut_off_is_left_for_the_next_reading()
    {
        byte[] log = [.. Frame(new(Start, "whole")), .. Frame(new(Start + 1, "cut"))[..^2]];

        Assert.Equal("whole", Assert.Single(await ReadAsync(log, 1024)).Text);
    }

    [Theory]
    [InlineData("this is the output of a terminal")]
    [InlineData("\u0001\0\0\0\0\0\0\u0004none")]
    [InlineData("\u0001\0\0\0\u007f\u007f\u007f\u007f")]
    public Task What_is_no_such_log_is_an_error(string text) =>
        Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Encoding.ASCII.GetBytes(text), 1024));

    private static async Task<IReadOnlyList<DockerLogLine>> ReadAsync(byte[] log, int limit)
    {
        using var stream = new MemoryStream(log);
        return await DockerLogReader.ReadAsync(stream, limit, TestDeadline.Token());
    }

    private static byte[] Frame(DockerLogLine line)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(line.Microseconds * TimeSpan.TicksPerMicrosecond);
        var content = Encoding.UTF8.GetBytes($"{time:yyyy-MM-ddTHH:mm:ss.ffffff}789Z {line.Text}\n");
        var frame = new byte[8 + content.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)content.Length);
        content.CopyTo(frame, 8);
        return frame;
    }
}
