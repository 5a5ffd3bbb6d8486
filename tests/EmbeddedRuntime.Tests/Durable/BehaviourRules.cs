using System.Reflection;
using MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class BehaviourRules
{
    private const int Least = 120;

    private static readonly Type[] Topics = [.. typeof(BehaviourSuite).Assembly.GetTypes().Where(type => type.BaseType == typeof(BehaviourSuite))];

    private static readonly MethodInfo[] Cases =
        [.. Topics.SelectMany(topic => topic.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null)];

    [Fact]
    public void The_suite_has_as_many_cases_as_it_promises() => Assert.InRange(Cases.Sum(Rows), Least, int.MaxValue);

    [Fact]
    public void Each_case_names_the_source_that_it_encodes()
    {
        var nameless = Cases.Where(method => method.GetCustomAttribute<EncodesAttribute>() is not { Source.Length: > 0, Place.Length: > 0 });
        Assert.Equal([], nameless.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"));
    }

    [Fact]
    public void Each_topic_runs_with_the_session_cache_and_without()
    {
        var runs = Topics.Select(topic => string.Join(' ', topic.Assembly.GetTypes().Where(type => type.BaseType == topic).Select(type => type.Name).Order()));
        Assert.Equal(Topics.Select(topic => $"{topic.Name}WithCache {topic.Name}WithReplay"), runs);
    }

    // A case of a theory is a row of data.
    private static int Rows(MethodInfo method) => Math.Max(1, method.GetCustomAttributes<InlineDataAttribute>().Count());
}
