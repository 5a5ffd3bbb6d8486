using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>Whatever an owner writes is data in a manifest: no other object, no label, and no other value comes of it.</summary>
public sealed partial class InjectionTests
{
    private static readonly string[] Nasty =
    [
        "", " ", "yes", "No", "null", "~", "1", "0x1f", "1e3", "2001-01-01", "1:20", ".inf", "<<", "=", "-", "- a", "a: b", "a #b", "#", "&a", "*a", "!t", "!!binary x",
        "%YAML 1.1", "---", "...", "\n---\nkind: Secret\n", "'", "\"", "\\", "\\n", "{}", "[]", "{{ .x }}", "${HOME}", "$$", "$(PATH)", "|", ">", "@", "`", "\t", "\r\n",
        "\u0001", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "😀", "é", "a\n  labels:\n    app: x", "x\"\n- kind: Pod", new string('x', 3000), string.Join(' ', Enumerable.Repeat("word", 500)),
    ];

    private static Gen<string> Texts { get; } = Gen.OneOf(
        Gen.Elements(Nasty),
        Gen.Elements(Nasty).ListOf().Select(parts => string.Concat(parts.Take(5))),
        ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(text => WellFormed(text.Get)));

    [Fact]
    public void Whatever_a_value_is_it_reads_back_as_it_was() => Prop.ForAll(Texts.ListOf().ToArbitrary(), texts =>
    {
        var document = new JsonObject(texts.Distinct().Select((text, index) => KeyValuePair.Create(text.Length > 500 ? $"long{index}" : text, (JsonNode?)text)));

        return JsonNode.DeepEquals(document, YamlReader.Read(YamlText.Write(document)).Single());
    }).QuickCheckThrowOnFailure();

    [Fact]
    [Trait("Needs", "Server")]
    public async Task Another_reader_reads_the_same_by_either_version_of_yaml()
    {
        var texts = Nasty.Concat(Texts.Sample(500)).Distinct().ToList();
        var document = new JsonObject(texts.Select((text, index) => KeyValuePair.Create($"_{index}", (JsonNode?)text)));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, YamlText.Write(document), TestContext.Current.CancellationToken);

        var read = await ManifestChecker.ReadAsync(file);

        Assert.Equal(2, read.Count);
        Assert.All(read, json => Assert.Equal(texts, JsonNode.Parse(json)!.AsObject().Select(entry => (string?)entry.Value)));
    }

    [Fact]
    public void No_text_of_an_agents_owner_becomes_anything_else_in_a_cluster() => Prop.ForAll(Texts.Four().ToArbitrary(), texts =>
    {
        var (title, bio, plugin, value) = texts;
        var workload = Samples.Replicated with { Title = title, ElizaVersion = plugin, Environment = Variables(bio, plugin, value) };

        var objects = YamlReader.Read(AgentManifest.Of(workload).Yaml);

        var expected = AgentManifest.Of(Samples.Replicated).Objects;
        var data = objects.Single(item => (string?)item["kind"] == "ConfigMap")["data"]!.AsObject();
        return objects.Count == expected.Count
            && objects.Zip(expected).All(pair => (string?)pair.First["kind"] == pair.Second.Kind && SameLabels(pair.First, pair.Second.Json, plugin))
            && objects.All(item => (string?)item["metadata"]!["annotations"]![KubernetesNames.TitleAnnotation] == title)
            && data.Count == 3 && (string?)data["BIO"] == bio && (string?)data["PLUGIN"] == plugin && (string?)data["VALUE"] == value;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_of_an_agents_owner_becomes_anything_else_in_a_compose_file() => Prop.ForAll(Texts.Four().ToArbitrary(), texts =>
    {
        var (title, bio, plugin, value) = texts;

        var file = YamlReader.Read(ComposeManifest.Of(Samples.Singleton with { Title = title, Environment = Variables(bio, plugin, value) })).Single();

        var service = file["services"]![KubernetesNames.Container]!;
        var expected = YamlReader.Read(ComposeManifest.Of(Samples.Singleton)).Single()["services"]![KubernetesNames.Container]!;
        return file["services"]!.AsObject().Count == 1
            && service.AsObject().Select(entry => entry.Key).SequenceEqual(expected.AsObject().Select(entry => entry.Key))
            && service["labels"]!.AsObject().Select(entry => entry.Key).SequenceEqual(expected["labels"]!.AsObject().Select(entry => entry.Key))
            && Interpolated(service["labels"]![KubernetesNames.TitleAnnotation]) == title
            && Interpolated(service["environment"]!["BIO"]) == bio
            && Interpolated(service["environment"]!["PLUGIN"]) == plugin
            && Interpolated(service["environment"]!["VALUE"]) == value;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_name_of_a_variable_is_one_or_is_refused() => Prop.ForAll(Texts.ToArbitrary(), name =>
        Accepts(Samples.Singleton with { Environment = new Dictionary<string, string> { [name] = "x" } }) == Regex.IsMatch(name, @"\A[A-Za-z_][A-Za-z0-9_]*\z"))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_host_is_a_host_name_or_is_refused() => Prop.ForAll(Texts.ToArbitrary(), host =>
    {
        var workload = Samples.Singleton with { Host = host };
        return !Accepts(workload) || (Dns().IsMatch(host) && YamlReader.Read(AgentManifest.Of(workload).Yaml)
            .Where(item => (string?)item["kind"] == "Ingress").All(item => (string?)item["spec"]!["rules"]![0]!["host"] == host));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Names_are_dns_labels_unique_and_stable() => Prop.ForAll<Guid, Guid>((first, second) =>
    {
        string[] names = [.. Names(first), .. Names(second)];
        return names.All(name => name.Length <= 63 && Label().IsMatch(name))
            && names.Distinct().Count() == (first == second ? 1 : 2) * Names(first).Length
            && Names(first).SequenceEqual(Names(first));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_makes_a_label() => Prop.ForAll(Texts.ToArbitrary(), text =>
        LabelText().IsMatch(KubernetesNames.LabelValue(text))).QuickCheckThrowOnFailure();

    // An attribute cannot hold one.
    [Fact]
    public void Half_of_a_surrogate_pair_is_refused() =>
        Assert.All(new[] { "\ud800", "a\udc00b" }, text => Assert.ThrowsAny<ArgumentException>(() => YamlText.Write(new JsonObject { ["a"] = text })));

    private static Dictionary<string, string> Variables(string bio, string plugin, string value) => new() { ["BIO"] = bio, ["PLUGIN"] = plugin, ["VALUE"] = value };

    private static bool Accepts(AgentWorkload workload)
    {
        try
        {
            AgentManifest.Of(workload);
            return true;
        }
        catch (NonRetryableException)
        {
            return false;
        }
    }

    private static bool SameLabels(JsonNode found, JsonNode expected, string version) => found["metadata"]!["labels"]!.AsObject().All(label =>
        (string?)label.Value == (label.Key == KubernetesNames.VersionLabel ? KubernetesNames.LabelValue(version) : (string?)expected["metadata"]!["labels"]![label.Key]));

    // A variable of compose would have to begin with a dollar that is not doubled.
    private static string? Interpolated(JsonNode? text) =>
        LoneDollar().IsMatch((string)text!) ? null : ((string)text!).Replace("$$", "$", StringComparison.Ordinal);

    private static string[] Names(Guid id) => [KubernetesNames.Namespace(id), KubernetesNames.Agent(id), KubernetesNames.Claim(id), KubernetesNames.Certificate(id)];

    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes()).Replace("\0", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"\A([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelText();

    [GeneratedRegex(@"\A[a-z0-9.-]+\z")]
    private static partial Regex Dns();

    [GeneratedRegex(@"(?<!\$)(\$\$)*\$(?!\$)")]
    private static partial Regex LoneDollar();
}
