using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>The files below infra/kubernetes and infra/portainer are what they say they are.</summary>
public sealed partial class InfrastructureTests
{
    public static TheoryData<string> Templates => [.. PortainerTemplates.Documents.Keys];

    public static TheoryData<string> Files => [.. YamlFiles().Select(file => Path.GetRelativePath(GoldenFiles.Root, file))];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_is_made_of_what_is_deployed(string name)
    {
        var path = Path.Combine(PortainerTemplates.Folder, name);
        if (Environment.GetEnvironmentVariable("SAVE_MANIFESTS") == "1")
            File.WriteAllText(path, PortainerTemplates.Documents[name]);
        Assert.Equal(File.ReadAllText(path), PortainerTemplates.Documents[name]);
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_is_one_that_portainer_takes(string name)
    {
        var body = JsonNode.Parse(PortainerTemplates.Documents[name])!;
        var variables = body["Variables"]!.AsArray();

        Assert.Matches(@"\(release [0-9]+\)\z", (string)body["Title"]!);
        Assert.DoesNotContain("<img", (string)body["Note"]!, StringComparison.Ordinal);
        Assert.All(variables, variable => Assert.False(string.IsNullOrEmpty((string?)variable!["label"])));
        Assert.Equal(
            Placeholder().Matches((string)body["FileContent"]!).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal),
            variables.Select(variable => (string)variable!["name"]!).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("{{", Rendered(body), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_is_yaml(string file) => Assert.NotEmpty(YamlReader.Read(File.ReadAllText(Path.Combine(GoldenFiles.Root, file))));

    [Fact]
    [Trait("Needs", "Server")]
    public async Task Every_object_has_the_types_and_the_fields_of_the_kubernetes_api()
    {
        var folder = Directory.CreateTempSubdirectory("templates-");
        foreach (var (name, body) in PortainerTemplates.Documents)
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, Path.ChangeExtension(name, ".rendered.yaml")), Rendered(JsonNode.Parse(body)!));

        var found = await ManifestChecker.CheckAsync(YamlFiles().Where(IsManifest).Concat(Directory.GetFiles(folder.FullName)));

        Assert.Single(found);
        folder.Delete(recursive: true);
    }

    /// <summary>As Portainer's page does it when nothing is filled in but the defaults.</summary>
    private static string Rendered(JsonNode body) => body["Variables"]!.AsArray().Aggregate(
        (string)body["FileContent"]!,
        (text, variable) => text.Replace($"{{{{{{ {variable!["name"]} }}}}}}", (string?)variable["defaultValue"] is { Length: > 0 } value ? value : "x", StringComparison.Ordinal));

    private static IEnumerable<string> YamlFiles() => new[] { "kubernetes", "portainer" }
        .SelectMany(folder => Directory.GetFiles(Path.Combine(GoldenFiles.Root, "infra", folder), "*.yaml")).Order(StringComparer.Ordinal);

    // What Helm charts are told is no object.
    private static bool IsManifest(string file) => !file.EndsWith("-values.yaml", StringComparison.Ordinal);

    [GeneratedRegex(@"\{\{\{ (?<name>\w+) \}\}\}")]
    private static partial Regex Placeholder();
}
