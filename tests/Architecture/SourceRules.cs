using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>What no source file may contain.</summary>
public sealed partial class SourceRules
{
    [Fact]
    public void One_source_serves_both_hosts() =>
        Problems.None(Repository.Source("src").Where(IsShared).SelectMany(file => HostTies(file, Repository.Read(file))));

    [Theory]
    [InlineData("using MultiAgentInfra.EmbeddedRuntime;", 1)]
    [InlineData("using static Microsoft.DurableTask.TaskOptions;", 1)]
    [InlineData("var x = new Microsoft.Azure.Functions.Worker.TimerInfo();", 1)]
    [InlineData("  #if DEBUG", 1)]
    [InlineData("// using Microsoft.DurableTask;", 0)]
    [InlineData("using MultiAgentInfra.Core;", 0)]
    public void A_tie_to_one_host_is_found(string source, int problems) => Assert.Equal(problems, HostTies("A.cs", source).Count());

    [Fact]
    public void Logging_goes_through_generated_methods() =>
        Problems.None(Repository.Source("src").SelectMany(file => AdHocLogging(file, Repository.Read(file))));

    [Theory]
    [InlineData("logger.LogInformation(\"x\");", 1)]
    [InlineData("logger\n    .LogError (exception, \"x\");", 1)]
    [InlineData("Console.WriteLine(1);", 1)]
    [InlineData("Log.Started(logger);", 0)]
    [InlineData("// logger.LogInformation(\"x\");", 0)]
    public void An_ad_hoc_log_call_is_found(string source, int problems) => Assert.Equal(problems, AdHocLogging("A.cs", source).Count());

    [Fact]
    public void A_suppressed_rule_has_its_reason_above_it() =>
        Problems.None(Repository.Source("src").Concat(Repository.Source("tests")).SelectMany(file => BareSuppressions(file, Repository.Read(file))));

    [Theory]
    [InlineData("int a;\n#pragma warning disable CA1000\nint b;", 1)]
    [InlineData("[SuppressMessage(\"a\", \"b\")]", 1)]
    [InlineData("[SuppressMessage(\"a\", \"b\", Justification = \"c\")]", 0)]
    [InlineData("// Because.\n#pragma warning disable CA1000\nint b;\n#pragma warning restore CA1000", 0)]
    public void A_suppression_without_a_reason_is_found(string source, int problems) => Assert.Equal(problems, BareSuppressions("A.cs", source).Count());

    [Fact]
    public void Nothing_is_left_for_later() =>
        Problems.None(Repository.Files.Where(IsText).Where(file => Later().IsMatch(Repository.Read(file))));

    [Fact]
    public void No_file_names_a_package_host() =>
        Problems.None(Repository.Files.Where(IsText).Where(file => PackageHost().IsMatch(Repository.Read(file))));

    [Theory]
    [InlineData("resolved https://registry.", "npmjs.org/a", true)]
    [InlineData("https://api.", "nuget.org/v3", true)]
    [InlineData("https://nodejs.", "org", false)]
    public void A_package_host_is_found(string first, string second, bool found) => Assert.Equal(found, PackageHost().IsMatch(first + second));

    [Fact]
    public void A_note_for_later_is_found() => Assert.Matches(Later(), "// TO" + "DO: more");

    // Everything but the runtime, which is one of the hosts, and the two Program files.
    private static bool IsShared(string file) =>
        !file.StartsWith("src/EmbeddedRuntime/", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("Program.", StringComparison.Ordinal);

    private static IEnumerable<string> HostTies(string file, string source) =>
        Matches(HostTie(), file, CSharpText.CodeOf(source), "ties shared source to one host");

    private static IEnumerable<string> AdHocLogging(string file, string source) => file.Contains("/Program.", StringComparison.Ordinal)
        ? []
        : Matches(AdHocLog(), file, CSharpText.CodeOf(source), "logs outside of [LoggerMessage]");

    private static IEnumerable<string> BareSuppressions(string file, string source)
    {
        // Strings stay out, and comments stay in: the reason is one.
        var lines = source.Split('\n');
        var code = CSharpText.CodeOf(source).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var pragma = code[i].TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal);
            var attribute = code[i].Contains("SuppressMessage(", StringComparison.Ordinal) && !code[i].Contains("Justification", StringComparison.Ordinal);
            if (attribute || (pragma && (i == 0 || !lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal))))
            {
                yield return $"{file}:{i + 1}: a rule is off without a reason";
            }
        }
    }

    private static IEnumerable<string> Matches(Regex pattern, string file, string code, string problem) =>
        pattern.Matches(code).Select(match => $"{file}:{code.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()} {problem}");

    private static bool IsText(string file) => Path.GetExtension(file) is not (".png" or ".svg" or ".gz" or ".db");

    [GeneratedRegex(@"MultiAgentInfra\.EmbeddedRuntime\b|Microsoft\.DurableTask\b|Microsoft\.Azure\.Functions\b|^[ \t]*#if\b", RegexOptions.Multiline)]
    private static partial Regex HostTie();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\s*\(|\bConsole\.(Out\.|Error\.)?Write(Line)?(Async)?\s*\(")]
    private static partial Regex AdHocLog();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|XX[X])\b")]
    private static partial Regex Later();

    [GeneratedRegex(@"\b(registry\.[n]pmjs|registry\.[y]arnpkg|api\.[n]uget\.org|www\.[n]uget\.org/api|pypi\.[o]rg|deb\.[n]odesource|deb\.[d]ebian\.org|archive\.[u]buntu\.com)")]
    private static partial Regex PackageHost();
}
