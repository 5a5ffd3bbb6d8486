using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;
using static MultiAgentInfra.Functions.Maintenance.RetentionAction;

namespace MultiAgentInfra.Functions.Tests;

public sealed class RetentionPolicyTests
{
    private static readonly FakeClock Clock = new();
    private static readonly DateTimeOffset Old = Clock.GetUtcNow() - TimeSpan.FromDays(2);
    private static readonly Guid Agent = Guid.NewGuid();
    private static readonly Digest Runtime = Digest.Of("runtime"u8);

    [Fact]
    public void The_last_revisions_stay_and_the_one_that_runs_and_the_one_that_is_asked_for()
    {
        var images = Enumerable.Range(1, 8).Select(revision => AgentImage(revision)).ToList();

        // The owner went back to the third revision, and the second still runs.
        var judged = Judge(new(images, Agents(3, images[1].Image.Digest), NoKeys));

        Assert.Equal([Mark, Keep, Keep, Mark, Mark, Keep, Keep, Keep], judged.Select(image => image.Action));
        Assert.Equal("It is none of the agent's last 3 revisions.", judged[0].Reason);
        Assert.Equal("The agent runs it.", judged[1].Reason);
        Assert.Equal("It is the revision that the agent is to run.", judged[2].Reason);
        Assert.Equal("It is one of the agent's last 3 revisions.", judged[7].Reason);
    }

    [Fact]
    public void What_was_marked_is_deleted_while_nobody_wants_it_and_never_before()
    {
        var marked = AgentImage(1) with { UnwantedSince = Old };

        Assert.Equal((Delete, "Its agent is deleted."), Single(new([marked], NoAgents, NoKeys)));
        Assert.Equal((Keep, "It is the revision that the agent is to run."), Single(new([marked], Agents(1), NoKeys)));
    }

    [Fact]
    public void Nothing_goes_that_was_used_within_the_minimum_age()
    {
        var (young, old) = (AgentImage(1) with { UsedAt = Clock.GetUtcNow() - TimeSpan.FromHours(23) }, AgentImage(1) with { UsedAt = Clock.GetUtcNow() - TimeSpan.FromHours(24) });

        Assert.Equal((Keep, "Its agent is deleted. But it was used less than 24 hours ago."), Single(new([young], NoAgents, NoKeys)));
        Assert.Equal(Mark, Single(new([old], NoAgents, NoKeys)).Action);
    }

    [Fact]
    public void An_image_gives_way_to_the_one_that_was_pushed_last_for_its_revision()
    {
        var (before, after) = (AgentImage(1), AgentImage(1, "after") with { UsedAt = Old + TimeSpan.FromHours(1) });

        Assert.Equal([Mark, Keep], Judge(new([before, after], Agents(1), NoKeys)).Select(image => image.Action));
    }

    [Fact]
    public void A_runtime_image_stays_while_an_agent_image_stands_on_it_that_is_not_deleted_now()
    {
        var runtime = Stored(new("runtime", Runtime, ImageKind.Runtime, "key", 1, RuntimeKey: "key"));

        Assert.Equal(Keep, Of(runtime, new([runtime, AgentImage(1)], Agents(1), NoKeys)));
        Assert.Equal(Keep, Of(runtime, new([runtime, AgentImage(1)], NoAgents, NoKeys)));
        Assert.Equal(Mark, Of(runtime, new([runtime, AgentImage(1) with { UnwantedSince = Old }], NoAgents, NoKeys)));
        Assert.Equal(Mark, Of(runtime, new([runtime], NoAgents, NoKeys)));
        Assert.Equal(Keep, Of(runtime, new([runtime], NoAgents, new HashSet<string> { "key" })));
    }

    [Fact]
    public void What_lies_in_quarantine_stays_while_a_deployment_builds_it()
    {
        var image = Stored(new("quarantine/runtime", Runtime, ImageKind.Quarantined, null, 1, RuntimeKey: "key"));

        Assert.Equal((Keep, "A deployment builds it."), Single(new([image], NoAgents, new HashSet<string> { "key" })));
        Assert.Equal((Mark, "No deployment waits for its verdict."), Single(new([image], NoAgents, new HashSet<string> { "other" })));
    }

    private static Dictionary<Guid, AgentImages> NoAgents => [];

    private static HashSet<string> NoKeys => [];

    private static Dictionary<Guid, AgentImages> Agents(int revision, Digest? running = null) => new() { [Agent] = new(revision, running) };

    private static StoredImage Stored(PushedImage image) => new(image, Old, Old, null);

    private static StoredImage AgentImage(int revision, string content = "") => Stored(new(
        "agents/owner", Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{revision} {content}")), ImageKind.Agent, $"{Agent}-{revision}", 1, Runtime, null, Guid.Empty, Agent, revision));

    private static IReadOnlyList<ImageRetention> Judge(ImageInventory inventory) => new RetentionPolicy(new RetentionOptions(), Clock).Judge(inventory);

    private static (RetentionAction Action, string Reason) Single(ImageInventory inventory)
    {
        var image = Assert.Single(Judge(inventory));
        return (image.Action, image.Reason);
    }

    private static RetentionAction Of(StoredImage image, ImageInventory inventory) => Judge(inventory).Single(judged => judged.Image == image).Action;
}
