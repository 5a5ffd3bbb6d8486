using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class DockerfileBuilderTests
{
    private static readonly PluginSet Plugins = new([new("@elizaos/core", "1.7.2"), new("@elizaos/server", "1.7.2")], "1.7.2-test");
    private static readonly BaseImage Pinned = new("registry.example.test/node:22-slim", "sha256:" + new string('a', 64), 22, "linux-x64");

    [Fact]
    public void The_package_json_is_exact_and_the_same_every_time()
    {
        Assert.Equal(Golden("package.json"), PackageJsonBuilder.Build(Plugins));
        Assert.Equal(PackageJsonBuilder.Build(Plugins), PackageJsonBuilder.Build(Plugins with { }));
    }

    [Fact]
    public void A_new_catalogue_makes_another_package_json_so_that_its_packages_are_resolved_anew()
    {
        Assert.NotEqual(PackageJsonBuilder.Build(Plugins), PackageJsonBuilder.Build(Plugins with { CatalogueVersion = "1.7.2-other" }));
        // What npm takes for a version: a number with a leading zero would be none.
        Assert.Matches(@"^\d+\.\d+\.\d+-(?!0\d+$)[0-9a-f]{12}$", PluginCatalogue.Default.Version);
    }

    [Fact]
    public void The_Dockerfile_is_exact_and_the_same_every_time()
    {
        Assert.Equal(Golden("pinned.Dockerfile"), DockerfileBuilder.Build(Pinned));
        Assert.Equal(DockerfileBuilder.Build(Pinned), DockerfileBuilder.Build(Pinned with { }));
    }

    [Fact]
    public void Without_a_configured_base_the_tag_stands_alone() =>
        Assert.Equal(Golden("default.Dockerfile"), DockerfileBuilder.Build());

    [Fact]
    public void The_context_is_what_the_ignore_file_names() =>
        Assert.Equal(DockerfileBuilder.DockerIgnore, Golden("golden.dockerignore"));

    [Fact]
    public void The_lock_file_comes_before_what_changes_more_often_so_that_the_cache_holds()
    {
        var lines = DockerfileBuilder.Build(Pinned).Split('\n').ToList();

        Assert.True(lines.IndexOf("COPY package.json package-lock.json ./") < lines.FindIndex(line => line.StartsWith("RUN npm ci --ignore-scripts", StringComparison.Ordinal)));
        Assert.True(lines.FindIndex(line => line.StartsWith("RUN npm ci", StringComparison.Ordinal)) < lines.IndexOf("COPY start-agent.mjs ./"));
    }

    [Theory]
    [InlineData("node:22\nRUN id", null)]
    [InlineData("", null)]
    [InlineData("node:22 AS x", null)]
    [InlineData("node:22\"", null)]
    [InlineData("node:22\\\nRUN id", null)]
    [InlineData("$BASE", null)]
    [InlineData("--platform=x node", null)]
    [InlineData("node:22\r", null)]
    [InlineData("node:22\n", null)]
    [InlineData("node:22", "sha256:abc")]
    [InlineData("node:22", "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nRUN id")]
    public void A_base_that_is_no_image_reference_is_refused(string image, string? digest) =>
        Assert.Throws<ArgumentException>(() => DockerfileBuilder.Build(Pinned with { Image = image, Digest = digest }));

    [Fact]
    public void The_context_holds_knowledge_but_no_environment_file()
    {
        var lines = DockerfileBuilder.DockerIgnore.Split('\n');

        Assert.Equal("**", lines[0]);
        Assert.Contains("!knowledge/**", lines);
        Assert.True(Array.IndexOf(lines, "**/.env*") > Array.IndexOf(lines, "!knowledge/**"));
        Assert.DoesNotContain(lines, line => line.Contains(".md", StringComparison.Ordinal));
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Images", "Golden", name));
}
