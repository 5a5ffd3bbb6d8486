using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Architecture;

/// <summary>Orchestrators know an activity by its input record alone, so record and activity must match one to one.</summary>
public sealed class TaskRules
{
    private static readonly Type[] Inputs = [.. Repository.WrittenTypes(Repository.Shipped["Core"]).Where(type => !type.IsInterface && OutputOf(type) is not null)];

    [Fact]
    public void Every_input_has_exactly_one_activity_with_its_name_and_output()
    {
        var activities = Tasks("Activities", "TaskActivity`2").ToArray();
        Problems.None(Mismatches(Inputs, activities));
    }

    [Fact]
    public void Inputs_are_found() => Assert.Equal(typeof(BuiltImage), OutputOf(Inputs.Single(type => type == typeof(BuildAgentImage))));

    [Fact]
    public void Inputs_and_outputs_are_records() =>
        Problems.None(Inputs.Concat(Inputs.Select(type => OutputOf(type)!)).Where(type => type.GetMethod("<Clone>$") is null).Select(type => type.Name));

    [Fact]
    public void Every_task_is_registered() => Problems.None(
        Unregistered("Activities", "TaskActivity`2", "AddActivity").Concat(Unregistered("Orchestrations", "TaskOrchestrator`2", "AddOrchestrator")));

    [Fact]
    public void Tasks_carry_the_suffix_of_their_role() => Problems.None(
        Tasks("Activities", "TaskActivity`2").Where(type => !type.Name.EndsWith("Activity", StringComparison.Ordinal))
            .Concat(Tasks("Orchestrations", "TaskOrchestrator`2").Where(type => !type.Name.EndsWith("Orchestrator", StringComparison.Ordinal)))
            .Select(type => type.Name));

    [Fact]
    public void Orchestrators_take_nothing() =>
        Problems.None(Tasks("Orchestrations", "TaskOrchestrator`2").Where(type => type.GetConstructor([]) is null).Select(type => type.Name));

    [Fact]
    public void A_mismatch_is_found()
    {
        var problems = Mismatches([typeof(First), typeof(Second), typeof(Third)], [typeof(FirstActivity), typeof(WrongNameActivity), typeof(WrongOutputActivity)]);

        Assert.Equal(["Second has 0 activities of its name", "ThirdActivity of another output answers Third"], problems.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Mismatches(IReadOnlyCollection<Type> inputs, IReadOnlyCollection<Type> activities)
    {
        foreach (var input in inputs)
        {
            var named = activities.Where(activity => NameOf(activity) == input.Name).ToArray();
            if (named.Length != 1)
            {
                yield return $"{input.Name} has {named.Length} activities of its name";
            }
            else if (ArgumentsOf(named[0], "TaskActivity`2") is not [var accepted, var output] || accepted != input || output != OutputOf(input))
            {
                yield return $"{input.Name}Activity of another output answers {input.Name}";
            }
        }
    }

    private static IEnumerable<string> Unregistered(string folder, string kind, string method)
    {
        var code = string.Concat(Repository.Source($"src/{folder}").Select(file => CSharpText.CodeOf(Repository.Read(file))));
        return Tasks(folder, kind)
            .Where(type => !Regex.IsMatch(code, $@"\b{method}<\s*([\w.]+\.)?{type.Name}\s*>"))
            .Select(type => $"{type.Name} is not registered");
    }

    private static IEnumerable<Type> Tasks(string folder, string kind) =>
        Repository.WrittenTypes(Repository.Shipped[folder]).Where(type => !type.IsAbstract && ArgumentsOf(type, kind).Length > 0);

    private static Type[] ArgumentsOf(Type type, string kind)
    {
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (parent.IsGenericType && parent.Name == kind)
            {
                return parent.GetGenericArguments();
            }
        }

        return [];
    }

    // By name, because the attribute is the SDK's in one host and its mirror in the other.
    private static string NameOf(Type activity) =>
        activity.GetCustomAttributesData()
            .FirstOrDefault(attribute => attribute.AttributeType.Name == "DurableTaskAttribute")?
            .ConstructorArguments.Select(argument => argument.Value?.ToString()).FirstOrDefault()
        ?? activity.Name;

    private static Type? OutputOf(Type type) => type.GetInterfaces()
        .FirstOrDefault(port => port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IActivityInput<>))?
        .GetGenericArguments()[0];

    private sealed record First : IActivityInput<Done>;

    private sealed record Second : IActivityInput<Done>;

    private sealed record Third : IActivityInput<Done>;

    // Stands in for the host's class, which these rules know by its name only.
    private abstract class TaskActivity<TInput, TOutput>
    {
        public virtual TOutput Run(TInput input) => throw new NotSupportedException();
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class DurableTaskAttribute(string name) : Attribute
    {
        public string Name => name;
    }

    [DurableTask(nameof(First))]
    private sealed class FirstActivity : TaskActivity<First, Done>;

    [DurableTask("Other")]
    private sealed class WrongNameActivity : TaskActivity<Second, Done>;

    [DurableTask(nameof(Third))]
    private sealed class WrongOutputActivity : TaskActivity<Third, BuiltImage>;
}
