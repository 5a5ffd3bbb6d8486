using System.Text;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class AgentLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agent-log-");

    [Fact]
    public async Task Pages_hold_whole_lines_and_go_on_where_the_last_ended()
    {
        await WriteAsync("one\ntwo\nthr");
        var first = await ReadAsync(0);
        Assert.Equal(["one", "two"], Texts(first.Lines));
        Assert.Equal(8, first.Next);
        Assert.Equal((0, 8L), Shape(await ReadAsync(8)));

        await WriteAsync("one\ntwo\nthree\r\n");
        Assert.Equal(["three"], Texts((await ReadAsync(8)).Lines));
    }

    [Fact]
    public async Task A_cursor_past_the_end_and_a_missing_file_are_empty_pages_of_the_same_cursor()
    {
        Assert.Equal((0, 5L), Shape(await ReadAsync(5)));
        await WriteAsync("one\n");
        Assert.Equal((0, 4L), Shape(await ReadAsync(4)));
        Assert.Equal((0, 999L), Shape(await ReadAsync(999)));
    }

    [Fact]
    public async Task A_line_longer_than_a_page_is_cut_between_characters()
    {
        await WriteAsync("ää€€😀😀\n");
        var texts = await ReadAllPagesAsync(5);
        Assert.Equal("ää€€😀😀", string.Concat(texts));
        Assert.DoesNotContain(texts, text => text.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Any_log_read_page_by_page_is_the_log()
    {
        // No line exceeds the page here: cutting has its own test.
        var line = Gen.Elements('a', ' ', 'é', '€', '\\', '"').ListOf().Select(characters => string.Concat(characters.Take(20)));
        foreach (var all in line.ListOf().Sample(100, 30))
        {
            await WriteAsync(string.Concat(all.Select(text => text + "\n")));
            Assert.Equal(all, await ReadAllPagesAsync(64));
        }
    }

    [Fact]
    public async Task The_tail_is_the_last_lines_the_unfinished_one_too()
    {
        Assert.Empty(await AgentLog.ReadTailAsync(LogPath, 3, TestDeadline.Token()));
        await WriteAsync("1\n2\n3\nlast word");
        Assert.Equal(["3", "last word"], Texts(await AgentLog.ReadTailAsync(LogPath, 2, TestDeadline.Token())));
        await WriteAsync(string.Concat(Enumerable.Range(0, 30000).Select(number => $"{number:D7}\n")));
        var tail = await AgentLog.ReadTailAsync(LogPath, 100000, TestDeadline.Token());
        Assert.Equal("0029999", tail[^1].Text);
        Assert.All(tail, line => Assert.Equal(7, line.Text.Length));
    }

    [Fact]
    public async Task A_trimmed_log_keeps_its_cursors_and_its_newest_lines()
    {
        const int Megabyte = 1024 * 1024;
        await WriteAsync(string.Concat(Enumerable.Range(0, Megabyte / 2).Select(number => $"{number:D7}\n")));
        Assert.False(AgentLog.Trim(LogPath, 5 * Megabyte));
        if (!AgentLog.Trim(LogPath, 3 * Megabyte))
            Assert.Skip("This file system cannot free a part of a file.");
        Assert.False(AgentLog.Trim(LogPath, 3 * Megabyte));

        var page = await ReadAsync(0);
        Assert.Equal($"{(2 * Megabyte / 8) + 1:D7}", page.Lines[0].Text);
        Assert.Equal($"{(3 * Megabyte / 8):D7}", (await ReadAsync(3 * Megabyte)).Lines[0].Text);
        await File.AppendAllTextAsync(LogPath, "news\n", TestDeadline.Token());
        Assert.Equal(["news"], Texts((await ReadAsync(4 * Megabyte)).Lines));
    }

    [Fact]
    public async Task Both_outputs_of_an_agent_are_in_its_log_also_where_agents_are_not_isolated()
    {
        await using var machine = new AgentMachine();
        using var target = new LocalTarget(
            machine.Options, new LocalIsolation(true, "test"), TimeProvider.System, machine.Eliza, Microsoft.Extensions.Logging.Abstractions.NullLogger<LocalTarget>.Instance);
        var launch = await machine.StartAsync(target, """{"say":["hello","world"]}""");
        Assert.Equal(["hello", "world"], Texts((await target.ReadLogAsync(launch.AgentId, 0, 1000)).Lines));
        Assert.Equal(["world"], Texts(await target.ReadLogTailAsync(launch.AgentId, 1)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string LogPath => Path.Combine(_folder.FullName, "agent.log");

    private static (int Lines, long Next) Shape(LogPage page) => (page.Lines.Count, page.Next);

    private static IEnumerable<string> Texts(IEnumerable<LogLine> lines) => lines.Select(line => line.Text);

    private Task WriteAsync(string text) => File.WriteAllTextAsync(LogPath, text, new UTF8Encoding(false), TestDeadline.Token());

    private Task<LogPage> ReadAsync(long after, int limit = 1000) => AgentLog.ReadAsync(LogPath, after, limit, TestDeadline.Token());

    private async Task<List<string>> ReadAllPagesAsync(int limit)
    {
        var texts = new List<string>();
        var page = await ReadAsync(0, limit);
        while (page.Lines.Count > 0)
        {
            texts.AddRange(Texts(page.Lines));
            page = await ReadAsync(page.Next, limit);
        }
        return texts;
    }
}
