using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Tests.Processes;

public sealed class ProcessStatTests
{
    private const string Tail = "S 1 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 1000 200 18446744073709551615 1";

    [Theory]
    [InlineData("node")]
    [InlineData("a b")]
    [InlineData(") S 1 2 3 (")]
    [InlineData("x) (y")]
    [InlineData("")]
    public void The_name_may_hold_anything(string name) =>
        Assert.Equal(new ProcessStat(77, 'S', 42, 41, 987654), ProcessStat.Parse($"77 ({name}) {Tail}\n"));

    [Theory]
    [InlineData("")]
    [InlineData("77 node S 1 2")]
    [InlineData("77 (node) S 1 2 3")]
    [InlineData("x (node) S 1 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654")]
    [InlineData("77 )node( S 1 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654")]
    public void What_is_no_stat_line_is_null(string line) => Assert.Null(ProcessStat.Parse(line));

    [Fact]
    public void This_process_is_alive_and_an_older_one_of_its_number_is_not()
    {
        var self = ProcessIdentity.Read(Environment.ProcessId)!;
        Assert.True(self.IsAlive);
        Assert.False((self with { StartTime = self.StartTime - 1 }).IsAlive);
        Assert.Null(ProcessIdentity.Read(int.MaxValue));
    }
}
