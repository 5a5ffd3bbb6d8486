using System.Reflection;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>What was recorded by any version that was released replays with today's code.</summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Saved => [.. SavedHistories.Names];

    public static TheoryData<string> Paths => [.. HistoryPaths.Names];

    public static TheoryData<string> Broken => [.. SavedHistories.BrokenNames];

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_saved_history_replays(string file) => SavedHistories.Replay(SavedHistories.Read(file));

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_file_is_named_after_the_orchestrator_and_version_that_it_holds(string file)
    {
        var history = SavedHistories.Read(file);
        Assert.StartsWith(SavedHistories.Prefix(history.Orchestrator, history.Version), file, StringComparison.Ordinal);
    }

    /// <summary>With SAVE_HISTORIES=1 this also saves what is missing.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_replays_after_it_ran(string path)
    {
        await using var pipeline = new Pipeline();

        var history = await HistoryPaths.RunAsync(path, pipeline);

        SavedHistories.Replay(HistoryFile.Parse(HistoryFile.Write(history), path));
        SavedHistories.SaveIfAsked(path, history);
    }

    [Fact]
    public void Every_orchestrator_has_histories_of_each_version_that_is_registered()
    {
        var orchestrators = typeof(DeployAgentOrchestrator).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ITaskOrchestrator))).ToList();
        var tasks = orchestrators.ConvertAll(type => type.GetCustomAttribute<DurableTaskAttribute>() ?? new DurableTaskAttribute(type.Name));
        var registered = new DurableTaskRegistry().AddOrchestrations().GetOrchestrators().Select(pair => pair.Key.Name);

        Assert.Equal(registered.Order(), tasks.Select(task => task.Name.Name).Order());
        Assert.Equal([], tasks
            .Select(task => SavedHistories.Prefix(task.Name, task.Version))
            .Where(prefix => !SavedHistories.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("renamed-step", "expected activity 'PushImage' (#11), actual activity 'PushAgentImage' (#11)")]
    [InlineData("reordered-steps", "expected activity 'BuildAgentImage' (#9), actual activity 'ReleaseRuntimeImage' (#9)")]
    [InlineData("missing-step", "expected the end as Completed with {\"Status\":2,\"Message\":null}, actual a wait")]
    [InlineData("another-end", "expected the end as Completed with {\"Status\":3,\"Message\":null}, actual the end as Completed with {\"Status\":2,\"Message\":null}")]
    public void A_broken_history_fails_with_the_expected_and_the_actual(string name, string problem)
    {
        var history = SavedHistories.Read($"broken/DeployAgent.v1.{name}.json");

        var mismatch = Assert.Throws<NonDeterministicOrchestrationException>(() => SavedHistories.Replay(history));

        Assert.Contains($"'{nameof(DeployAgentOrchestrator)}' did not replay its history: {problem}", mismatch.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void No_broken_history_replays(string file) =>
        Assert.Throws<NonDeterministicOrchestrationException>(() => SavedHistories.Replay(SavedHistories.Read(file)));
}
