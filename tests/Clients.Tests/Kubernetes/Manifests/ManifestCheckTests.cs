namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

public sealed class ManifestCheckTests
{
    [Fact]
    [Trait("Needs", "Server")]
    public async Task Every_golden_manifest_has_the_types_and_the_fields_of_the_kubernetes_api() => Assert.Equal(
        [$"{Samples.Documents.Where(document => !IsCompose(document.Key)).Sum(document => YamlReader.Read(document.Value).Count(item => !$"{item["apiVersion"]}".StartsWith("snapshot.", StringComparison.Ordinal)))} known"],
        await ManifestChecker.CheckAsync(Samples.Documents.Keys.Where(name => !IsCompose(name)).Select(name => Path.Combine(GoldenFiles.Folder, name))));

    [Theory]
    [Trait("Needs", "Server")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: '80'}]}", "/spec/ports/0/port type {\"type\":\"integer\"}")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: 1}", "/data/a type {\"type\":\"string\"}")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}", "/spec required {\"missingProperty\":\"containers\"}")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, imaeg: b}]}", "spec.containers.0.imaeg is no field")]
    [InlineData("apiVersion: apps/v1\nkind: Pod\nmetadata: {name: x}", "apps/v1 has no such kind")]
    public async Task A_mistake_is_found(string manifest, string problem)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, manifest);

        var found = await ManifestChecker.CheckAsync([file]);

        Assert.Contains(problem, found[0], StringComparison.Ordinal);
    }

    private static bool IsCompose(string name) => name.StartsWith("compose", StringComparison.Ordinal);
}
