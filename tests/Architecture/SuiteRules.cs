using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>The behaviour suite compiles against the embedded runtime and against the official SDK, so it names neither.</summary>
public sealed partial class SuiteRules
{
    private const string Suite = "tests/EmbeddedRuntime.Tests/Behaviour";

    [Fact]
    public void The_suite_uses_only_the_surface_that_both_runtimes_have()
    {
        var files = Repository.Source(Suite).ToArray();
        Assert.NotEmpty(files);
        Problems.None(files.SelectMany(file => Ties(file, Repository.Read(file))));
    }

    [Theory]
    [InlineData("using MultiAgentInfra.EmbeddedRuntime.Engine;", 1)]
    [InlineData("using MultiAgentInfra.TestSupport;", 1)]
    [InlineData("using Microsoft.DurableTask.Client;", 1)]
    [InlineData("Assert.IsType<Engine.ForeignAwaitException>(exception);", 1)]
    [InlineData("var host = new Hosting.EmbeddedApplication();", 1)]
    [InlineData("await using var engine = await TestEngine.StartAsync(256, _ => { });", 1)]
    [InlineData("namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;", 0)]
    [InlineData("using Microsoft.Extensions.Logging;", 0)]
    [InlineData("public const string Core = \"Azure/durabletask src/DurableTask.Core/TaskContext.cs\";", 0)]
    public void A_tie_to_one_runtime_is_found(string source, int problems) => Assert.Equal(problems, Ties("A.cs", source).Count());

    private static IEnumerable<string> Ties(string file, string source) => source.Split('\n')
        .Where(line => !line.StartsWith("namespace ", StringComparison.Ordinal) && Tie().IsMatch(line))
        .Select(line => $"{file}: {line.Trim()}");

    [GeneratedRegex(@"MultiAgentInfra\.|using (static )?Microsoft\.DurableTask|\bEngine\.|\bHosting\.|\bTestEngine\b|\bFakeClock\b")]
    private static partial Regex Tie();
}
