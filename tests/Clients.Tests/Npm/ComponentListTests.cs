using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Tests.Npm;

public sealed class ComponentListTests : IDisposable
{
    private const string PackageJson = """{"name":"agent-runtime","version":"1.0.0","private":true,"dependencies":{"left-pad":"1.3.0","esbuild":"0.25.0"}}""";
    private const string LockFile = """{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("components-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_list_does_not_depend_on_time_and_place_and_needs_no_installed_packages()
    {
        using var npm = new FakeProgram("npm", """
            case "$*" in "sbom --sbom-format=cyclonedx --package-lock-only"*--omit=dev*) ;; *) exit 2 ;; esac
            [ -e package.json ] && grep -q node_modules/a package-lock.json || exit 3
            echo 'npm warn something' >&2
            echo '{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:'$$'","metadata":{"timestamp":"'$(date +%N)'","component":{"bom-ref":"runtime@1.0.0","name":"'$(basename $PWD)'"}},"components":[]}'
            """);

        var first = await ListAsync(npm, LockFile, PathOf("one"));

        Assert.Equal(first, await ListAsync(npm, LockFile, PathOf("two")));
        Assert.Equal("""{"bomFormat":"CycloneDX","metadata":{"component":{"bom-ref":"runtime@1.0.0","name":"runtime"}},"components":[]}""", first);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("[]")]
    [InlineData("""{"bomFormat":"SPDX"}""")]
    public async Task Anything_but_a_components_list_is_refused(string output)
    {
        using var npm = new FakeProgram("npm", $"echo '{output}'");

        await Assert.ThrowsAsync<InvalidDataException>(() => ListAsync(npm, LockFile, PathOf("work")));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"os":["linux"],"cpu":["x64"]}""", true)]
    [InlineData("""{"os":["darwin","linux"]}""", true)]
    [InlineData("""{"os":["darwin"]}""", false)]
    [InlineData("""{"os":["!win32"]}""", true)]
    [InlineData("""{"os":["!linux"]}""", false)]
    [InlineData("""{"os":"linux","cpu":"any"}""", true)]
    [InlineData("""{"os":["linux"],"cpu":["arm64"]}""", false)]
    [InlineData("""{"cpu":["wasm32"]}""", false)]
    [InlineData("""{"os":[],"cpu":[]}""", true)]
    public void Packages_of_other_platforms_are_left_out(string package, bool listed)
    {
        var lockFile = JsonNode.Parse(NpmDocuments.ForPlatform($$$"""{"lockfileVersion":3,"packages":{"":{"name":"x"},"node_modules/a":{{{package}}}}}""", "linux-x64"))!;

        Assert.Equal(listed, lockFile["packages"]!.AsObject().ContainsKey("node_modules/a"));
        Assert.Equal("x", (string?)lockFile["packages"]![""]!["name"]);
        Assert.Equal(3, (int?)lockFile["lockfileVersion"]);
    }

    [Fact]
    [Trait("Needs", "Server")]
    [Trait("Category", "Long")]
    public async Task A_real_package_is_resolved_installed_and_listed_as_it_was_installed()
    {
        var client = new NpmClient(new ProcessRunner(TimeProvider.System), PathOf("cache"), NpmClient.DefaultEnvironment());
        var app = Directory.CreateDirectory(PathOf("app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), PackageJson);

        var lockFile = await client.ResolveLockFileAsync(PackageJson, PathOf("work"), _ => { }, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(app, "package-lock.json"), lockFile);
        await client.InstallAsync(app, PathOf("work"), _ => { }, CancellationToken.None);
        var components = JsonNode.Parse(await client.ListComponentsAsync(PackageJson, lockFile, "linux-x64", PathOf("work"), CancellationToken.None))!;

        Assert.DoesNotContain("://", lockFile, StringComparison.Ordinal);
        Assert.Matches(@"\A\d+\.\d+\.\d+\z", await client.VersionAsync("node", CancellationToken.None));
        var installed = Directory.EnumerateFiles(Path.Combine(app, "node_modules"), "package.json", SearchOption.AllDirectories)
            .Select(path => JsonNode.Parse(File.ReadAllText(path))!)
            .Where(package => package["name"] is not null && package["version"] is not null)
            .Select(package => $"{package["name"]}@{package["version"]}");
        Assert.Equal(installed.Order(), components["components"]!.AsArray().Select(component => (string?)component!["bom-ref"]).Order());
        Assert.Contains("left-pad@1.3.0", installed);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> ListAsync(FakeProgram npm, string lockFile, string workFolder)
    {
        var client = new NpmClient(new ProcessRunner(TimeProvider.System), PathOf("cache"), npm.Environment);
        return Encoding.UTF8.GetString(await client.ListComponentsAsync(PackageJson, lockFile, "linux-x64", workFolder, CancellationToken.None));
    }
}
