using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>A structural lint of infra/bicep; no Bicep compiler runs here.</summary>
public sealed partial class BicepRules
{
    private const string Sample = """
        param name string
        var place = '${name}-x'
        resource site 'Microsoft.Web/sites@2024-04-01' = {
          name: place
          tags: { for: name }
        }
        output id string = site.id
        """;

    [Fact]
    public void The_template_has_no_problem() => Problems.None(Templates().SelectMany(file => Lint(file, Repository.Read(file))));

    [Fact]
    public void Its_parameters_are_given_and_known() => Problems.None(Templates().SelectMany(file =>
        ParameterProblems(Repository.Read(file), Repository.Read(Path.ChangeExtension(file, ".bicepparam")))));

    [Fact]
    public void A_template_exists_and_its_symbols_are_seen()
    {
        var text = new BicepText(Repository.Read(Assert.Single(Templates())));

        Assert.Contains("storage", text.Declared);
        Assert.Contains("supabaseJwtSecretUri", text.Referenced);
        Assert.Contains("role", text.Referenced);
    }

    [Fact]
    public void A_good_sample_passes() => Assert.Empty(Lint("a", Sample));

    [Theory]
    [InlineData("name: place", "name: { place", "brackets do not match")]
    [InlineData("name: place", "name: [ place }", "brackets do not match")]
    [InlineData("-x'", "-x", "a string has no end")]
    [InlineData("name: place", "name: plaice", "plaice is not declared")]
    [InlineData("${name}", "${nom}", "nom is not declared")]
    [InlineData("@2024-04-01", "@latest", "has no dated API version")]
    [InlineData("= site.id", "= listKeys(site.id, '2024-04-01').keys[0].value", "reads a key")]
    [InlineData("output id", "output accessKey", "is an output that may be a secret")]
    [InlineData("var place", "var password", "place is not declared")]
    [InlineData("name: place", "name: place\n  x: 'FUNCTIONS_WORKER_RUNTIME'", "is refused as a setting by Flex Consumption")]
    public void A_problem_is_found(string good, string bad, string problem) =>
        Assert.Contains(Lint("a", Sample.Replace(good, bad, StringComparison.Ordinal)), found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("param name = 'x'\nparam other = 1", "other is no parameter")]
    [InlineData("", "name is not given")]
    public void A_wrong_parameter_is_found(string parameters, string problem) => Assert.Contains(problem, ParameterProblems(Sample, parameters));

    private static IEnumerable<string> Templates() => Repository.Files.Where(file => file.EndsWith(".bicep", StringComparison.Ordinal));

    private static IEnumerable<string> Lint(string file, string source)
    {
        var text = new BicepText(source);
        return text.Problems
            .Concat(text.Undeclared.Select(name => $"{name} is not declared"))
            .Concat(ResourceType().Matches(source).Select(match => match.Groups["type"].Value)
                .Where(type => !DatedType().IsMatch(type)).Select(type => $"{type} has no dated API version"))
            .Concat(KeyCall().Matches(text.Code).Select(match => $"{match.Value} reads a key"))
            .Concat(SecretOutput().Matches(text.Code).Select(match => $"{match.Value} is an output that may be a secret"))
            .Concat(RefusedSetting().Matches(source).Select(match => $"{match.Value} is refused as a setting by Flex Consumption"))
            .Select(problem => $"{file}: {problem}");
    }

    private static IEnumerable<string> ParameterProblems(string template, string parameters)
    {
        var known = Parameter().Matches(template).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["default"].Success);
        var given = Given().Matches(parameters).Select(match => match.Groups["name"].Value).ToHashSet();
        return given.Where(name => !known.ContainsKey(name)).Select(name => $"{name} is no parameter")
            .Concat(known.Where(entry => !entry.Value && !given.Contains(entry.Key)).Select(entry => $"{entry.Key} is not given"));
    }

    [GeneratedRegex(@"^resource\s+\w+\s+'(?<type>[^']*)'", RegexOptions.Multiline)]
    private static partial Regex ResourceType();

    [GeneratedRegex(@"\A[A-Za-z.]+(/[A-Za-z]+)+@20\d\d-\d\d-\d\d(-preview)?\z")]
    private static partial Regex DatedType();

    [GeneratedRegex(@"\blist(Keys|Secrets|AccountSas|ServiceSas)\b", RegexOptions.IgnoreCase)]
    private static partial Regex KeyCall();

    [GeneratedRegex(@"^output\s+.*(key|secret|password|token|connectionString).*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex SecretOutput();

    [GeneratedRegex("'(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_CONTENT[A-Z]+)'")]
    private static partial Regex RefusedSetting();

    [GeneratedRegex(@"^param\s+(?<name>\w+)\s+\w+(?<default>\s*=)?", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^param\s+(?<name>\w+)\s*=", RegexOptions.Multiline)]
    private static partial Regex Given();
}
