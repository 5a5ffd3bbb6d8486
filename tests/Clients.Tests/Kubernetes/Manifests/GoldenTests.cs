using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. Samples.Documents.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_manifest_is_what_its_golden_file_says(string name) => GoldenFiles.Check(name, Samples.Documents[name]);

    [Fact]
    public void Every_golden_file_is_a_manifest_of_today() =>
        Assert.Equal(Samples.Documents.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(GoldenFiles.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void A_manifest_is_the_same_text_each_time() => Assert.Equal(AgentManifest.Of(Samples.Replicated).Yaml, AgentManifest.Of(Samples.Replicated with { }).Yaml);

    [Fact]
    public void The_text_reads_back_as_the_objects()
    {
        var manifest = AgentManifest.Of(Samples.Reachable);

        Assert.Equal(manifest.Objects.Count, YamlReader.Read(manifest.Yaml).Count);
        Assert.All(YamlReader.Read(manifest.Yaml).Zip(manifest.Objects), pair => Assert.True(JsonNode.DeepEquals(pair.First, pair.Second.Json)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_manifest_holds_a_secret(string name) => Assert.DoesNotContain(Samples.SecretCanary, Samples.Documents[name], StringComparison.Ordinal);
}
