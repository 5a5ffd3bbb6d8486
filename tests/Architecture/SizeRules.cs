namespace MultiAgentInfra.Architecture;

/// <summary>The budgets of files, methods and constructors.</summary>
public sealed class SizeRules
{
    private const int MethodLines = 40;
    private const int ConstructorParameters = 5;

    [Fact]
    public void Files_stay_within_their_budget() =>
        Problems.None(Repository.Source("src").Concat(Repository.Source("tests"))
            .Select(file => (file, lines: File.ReadLines(Path.Combine(Repository.Root, file)).Count(), budget: Budget(file)))
            .Where(entry => entry.lines > entry.budget)
            .Select(entry => $"{entry.file} has {entry.lines} lines, {entry.budget} at most"));

    [Fact]
    public void Methods_stay_within_their_budget() =>
        Problems.None(Repository.Source("src").Concat(Repository.Source("tests")).SelectMany(file => LongMembers(file, Repository.Read(file))));

    [Fact]
    public void Methods_are_found_at_all() =>
        Assert.Contains(CSharpMembers.Of(Repository.Read("tests/Architecture/SizeRules.cs")), member => member.Header.Contains(nameof(Budget), StringComparison.Ordinal));

    [Fact]
    public void Constructors_take_few_dependencies() => Problems.None(Repository.WrittenTypes().SelectMany(CrowdedConstructors));

    [Fact]
    public void A_crowded_constructor_is_found_and_a_record_is_none()
    {
        Assert.Single(CrowdedConstructors(typeof(Crowded)));
        Assert.Empty(CrowdedConstructors(typeof(Wide)));
    }

    [Theory]
    [InlineData("src/Orchestrations/DeployAgentOrchestrator.cs", 120)]
    [InlineData("src/Activities/StartAgentActivity.cs", 60)]
    [InlineData("src/Core/Agents/Agent.cs", 250)]
    public void Each_kind_of_file_has_its_budget(string file, int lines) => Assert.Equal(lines, Budget(file));

    internal static IEnumerable<string> LongMembers(string file, string source) => CSharpMembers.Of(source)
        .Where(member => member.Lines > MethodLines)
        .Select(member => $"{file}:{member.Line}: {member.Header} has {member.Lines} lines, {MethodLines} at most");

    private static int Budget(string file) =>
        file.EndsWith("Orchestrator.cs", StringComparison.Ordinal) ? 120
        : file.EndsWith("Activity.cs", StringComparison.Ordinal) ? 60
        : 250;

    // A record's constructor carries data and no dependencies.
    private static IEnumerable<string> CrowdedConstructors(Type type) => type.GetMethod("<Clone>$") is not null || type.IsValueType
        ? []
        : type.GetConstructors(TypeRules.Declared)
            .Where(constructor => constructor.GetParameters().Length > ConstructorParameters)
            .Select(constructor => $"{type} takes {constructor.GetParameters().Length} parameters, {ConstructorParameters} at most");

    private sealed class Crowded(int a, int b, int c, int d, int e, int f)
    {
        public int Sum => a + b + c + d + e + f;
    }

    private sealed record Wide(int A, int B, int C, int D, int E, int F);
}
