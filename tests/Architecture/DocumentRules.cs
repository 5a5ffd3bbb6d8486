using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>What the documents promise is there.</summary>
public sealed partial class DocumentRules
{
    [Fact]
    public void The_readme_fits_on_a_page() =>
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "README.md")).Count(), 1, 72);

    [Fact]
    public void Every_relative_link_leads_to_a_file() => Problems.None(Repository.Files
        .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
        .SelectMany(file => DeadLinks(file, Repository.Read(file))));

    [Theory]
    [InlineData("[a](no-such-file.md)", 1)]
    [InlineData("[a](README.md) [b](docs/../no-such.md#part)", 1)]
    [InlineData("[a](README.md#part) [b](https://example.org/x) [c](#part)", 0)]
    public void A_dead_link_is_found(string text, int problems) => Assert.Equal(problems, DeadLinks("README.md", text).Count());

    [Fact]
    public void Decisions_say_status_context_decision_and_consequences() => Problems.None(Repository.Files
        .Where(file => file.StartsWith("docs/adr/", StringComparison.Ordinal))
        .SelectMany(file => new[] { "## Status", "## Context", "## Decision", "## Consequences" }
            .Where(heading => !Repository.Read(file).Contains(heading, StringComparison.Ordinal))
            .Select(heading => $"{file} lacks {heading}")));

    [Fact]
    public void Shell_scripts_stop_at_the_first_error() => Problems.None(Repository.Files
        .Where(file => Repository.Read(file).StartsWith("#!/usr/bin/env bash", StringComparison.Ordinal))
        .Where(file => !Repository.Read(file).Contains("\nset -euo pipefail\n", StringComparison.Ordinal)));

    private static IEnumerable<string> DeadLinks(string file, string text) => Link().Matches(text)
        .Select(match => match.Groups["target"].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
        .Where(target => !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target)))
        .Select(target => $"{file} links to {target}");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
