using System.Reflection;
using System.Xml.Linq;

namespace MultiAgentInfra.Architecture;

/// <summary>Which part may know which: in the project files, and in what the compiler made of them.</summary>
public sealed class ReferenceRules
{
    private const string Runtime = "EmbeddedRuntime";

    // What each project says itself. The host's switch adds the runtime where UsesFunctionsHost is set.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        [Runtime] = [],
        ["Clients"] = ["Core"],
        ["Orchestrations"] = ["Core"],
        ["Activities"] = ["Clients", "Core"],
        ["Functions"] = ["Activities", "Clients", "Core", "Orchestrations"],
    };

    private static readonly string[] KnowTheHost = ["Activities", "Functions", "Orchestrations"];

    [Fact]
    public void Every_project_says_exactly_what_it_may_reference() =>
        Assert.Equal(
            Allowed.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {string.Join(", ", entry.Value)}"),
            ProjectFiles().Select(file => $"{Path.GetFileNameWithoutExtension(file)}: {string.Join(", ", References(file))}"));

    [Fact]
    public void Only_the_parts_that_run_in_a_host_know_the_host() =>
        Assert.Equal(KnowTheHost, ProjectFiles()
            .Where(file => Load(file).Descendants("UsesFunctionsHost").Any(element => element.Value == "true"))
            .Select(Path.GetFileNameWithoutExtension));

    [Fact]
    public void Assemblies_use_no_more_than_their_projects_say() =>
        Problems.None(Repository.Shipped.SelectMany(entry => Uses(entry.Value)
            .Except([.. Allowed[entry.Key], .. KnowTheHost.Contains(entry.Key) ? [Runtime] : Array.Empty<string>()])
            .Select(used => $"{entry.Key} uses {used}")));

    [Fact]
    public void Assembly_references_are_seen() => Assert.Contains("Core", Uses(typeof(ReferenceRules).Assembly));

    [Fact]
    public void Core_uses_nothing_but_the_base_library() =>
        Problems.None(Repository.Shipped["Core"].GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)));

    [Fact]
    public void Orchestrations_use_no_outside_world() =>
        Problems.None(Repository.Shipped["Orchestrations"].GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("System.Net", StringComparison.Ordinal)
                || name.StartsWith("System.IO", StringComparison.Ordinal)
                || name.StartsWith("System.Diagnostics.Process", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Data", StringComparison.Ordinal)));

    [Fact]
    public void Package_versions_are_exact_and_in_one_place()
    {
        Problems.None(Load("Directory.Packages.props").Descendants("PackageVersion")
            .Select(package => $"{package.Attribute("Include")?.Value} {package.Attribute("Version")?.Value}")
            .Where(package => !IsExact(package)));
        Problems.None(Repository.Files
            .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) || Path.GetFileName(file).StartsWith("Directory.Build.", StringComparison.Ordinal))
            .Where(file => Load(file).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null)));
    }

    [Theory]
    [InlineData("Dapper [2.1.86]", true)]
    [InlineData("Dapper [1.0.0-preview.1]", true)]
    [InlineData("Dapper 2.1.86", false)]
    [InlineData("Dapper [2.1.86,)", false)]
    [InlineData("Dapper 2.*", false)]
    public void A_version_that_floats_is_found(string package, bool exact) => Assert.Equal(exact, IsExact(package));

    private static IEnumerable<string> ProjectFiles() => Repository.Files.Where(file =>
        file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<string> References(string file) => Load(file).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Uses(Assembly assembly) => assembly.GetReferencedAssemblies()
        .Select(reference => reference.Name!)
        .Where(reference => reference.StartsWith("MultiAgentInfra.", StringComparison.Ordinal))
        .Select(reference => reference["MultiAgentInfra.".Length..]);

    private static bool IsExact(string package) => System.Text.RegularExpressions.Regex.IsMatch(package, @" \[\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?\]\z");

    private static XDocument Load(string file) => XDocument.Load(Path.Combine(Repository.Root, file));
}
