using MultiAgentInfra.Core.Agents;
using static MultiAgentInfra.Core.Agents.AgentEvent;
using static MultiAgentInfra.Core.Agents.AgentStatus;

namespace MultiAgentInfra.Core.Tests.Agents;

public sealed class AgentTransitionsTests
{
    // A row per status, a column per event in the order of the columns below; null is "must not happen".
    private static readonly AgentEvent[] Columns =
    [
        DeploymentStarted, DeploymentSucceeded, DeploymentFailed, DeploymentReverted, RedeploymentRequested,
        StopRequested, StopSucceeded, StopFailed, DeletionRequested, DeletionSucceeded, DeletionFailed,
    ];

    private static readonly Dictionary<AgentStatus, AgentStatus?[]> Expected = new()
    {
        [Queued] = [Deploying, null, Failed, Running, null, null, null, null, Deleting, null, null],
        [Deploying] = [Deploying, Running, Failed, Running, null, null, null, null, Deleting, null, null],
        [Running] = [null, null, null, null, Queued, Stopping, null, null, Deleting, null, null],
        [Failed] = [null, null, null, null, Queued, null, null, null, Deleting, null, null],
        [Stopping] = [null, null, null, null, null, null, Stopped, Running, Deleting, null, null],
        [Stopped] = [null, null, null, null, Queued, null, null, null, Deleting, null, null],
        [Deleting] = [null, null, Deleting, Deleting, null, null, null, Deleting, null, Deleted, Failed],
        [Deleted] = [null, null, null, null, null, null, null, null, null, null, null],
    };

    public static TheoryData<AgentStatus, AgentEvent, AgentStatus?> Pairs()
    {
        var pairs = new TheoryData<AgentStatus, AgentEvent, AgentStatus?>();
        foreach (var (status, row) in Expected)
        {
            foreach (var (happened, next) in Columns.Zip(row))
                pairs.Add(status, happened, next);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_event_leads_where_the_table_says(AgentStatus status, AgentEvent happened, AgentStatus? next) =>
        Assert.Equal(next, AgentTransitions.Next(status, happened));

    [Fact]
    public void The_table_covers_every_pair()
    {
        Assert.Equal(Enum.GetValues<AgentEvent>(), Columns);
        Assert.Equal(Enum.GetValues<AgentStatus>(), Expected.Keys);
        Assert.All(Expected.Values, row => Assert.Equal(Columns.Length, row.Length));
    }
}
