using System.Text.Json.Nodes;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>A replay that passes means something: every history that differs in one event is refused, but for those that say the same.</summary>
public sealed class HistoryMutationTests
{
    // Events further apart are never alike: each step has a number of its own.
    private const int FarthestSwap = 5;

    public static TheoryData<string> Saved => [.. SavedHistories.Names];

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_history_without_one_of_its_events_is_refused(string file) =>
        AssertRefused(file, events => Enumerable.Range(0, events.Count).Select(index => events.Where((_, place) => place != index)));

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_history_with_two_events_exchanged_is_refused(string file) => AssertRefused(file, events =>
        from first in Enumerable.Range(0, events.Count)
        from second in Enumerable.Range(first + 1, Math.Min(FarthestSwap, events.Count - first - 1))
        select events.Select((recorded, place) => place == first ? events[second] : place == second ? events[first] : recorded));

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_history_with_one_step_renamed_is_refused(string file) => AssertRefused(file, events =>
        from index in Enumerable.Range(0, events.Count)
        where events[index]["name"] is not null
        select events.Select((recorded, place) => place == index ? Renamed(recorded) : recorded));

    private static void AssertRefused(string file, Func<IReadOnlyList<JsonNode>, IEnumerable<IEnumerable<JsonNode>>> mutate)
    {
        var history = JsonNode.Parse(SavedHistories.ReadText(file))!;
        JsonNode[] events = [.. history["events"]!.AsArray().Select(recorded => recorded!)];
        var same = Meaning(events);
        var refused = 0;
        foreach (var mutant in mutate(events).Select(mutant => mutant.ToList()))
        {
            if (Meaning(mutant).SequenceEqual(same))
                continue;
            refused++;
            history["events"] = new JsonArray([.. mutant.Select(recorded => recorded.DeepClone())]);
            var text = history.ToJsonString();
            Assert.True(IsRefused(text), $"A history that differs from {file} replays:\n{string.Join('\n', mutant.Select(recorded => recorded.ToJsonString()))}");
        }

        Assert.NotEqual(0, refused);
    }

    private static bool IsRefused(string text)
    {
        try
        {
            SavedHistories.Replay(HistoryFile.Parse(text, "mutant"));
            return false;
        }
        catch (Exception exception) when (exception is FormatException or NonDeterministicOrchestrationException)
        {
            return true;
        }
    }

    /// <summary>
    /// The orchestrators wait for all of what they ask for at once, so that three things say nothing: the order of the answers
    /// between two steps, the border of a turn that asks for no step, and what the clock was.
    /// </summary>
    private static IEnumerable<string> Meaning(IEnumerable<JsonNode> events)
    {
        var answers = new List<string>();
        foreach (var recorded in events.Where(recorded => (string)recorded["kind"]! != "TurnStarted"))
        {
            if ((string)recorded["kind"]! is not ("TaskScheduled" or "TimerCreated"))
            {
                answers.Add(recorded.ToJsonString());
                continue;
            }

            foreach (var answer in answers.Order(StringComparer.Ordinal))
                yield return answer;
            answers.Clear();

            // When a timer fires follows from the clock.
            yield return $"{recorded["kind"]} {recorded["id"]} {recorded["name"]}";
        }

        foreach (var answer in answers.Order(StringComparer.Ordinal))
            yield return answer;
    }

    private static JsonNode Renamed(JsonNode step)
    {
        var renamed = step.DeepClone();
        renamed["name"] = $"{step["name"]}2";
        return renamed;
    }
}
