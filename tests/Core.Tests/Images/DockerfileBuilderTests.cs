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
        Assert.Equal(
            """
            {
              "name": "agent-runtime",
              "version": "1.0.0",
              "private": true,
              "type": "module",
              "dependencies": {
                "@elizaos/core": "1.7.2",
                "@elizaos/server": "1.7.2"
              }
            }

            """,
            PackageJsonBuilder.Build(Plugins));
        Assert.Equal(PackageJsonBuilder.Build(Plugins), PackageJsonBuilder.Build(Plugins with { CatalogueVersion = "other" }));
    }

    [Fact]
    public void The_Dockerfile_is_exact_and_the_same_every_time()
    {
        var dockerfile = DockerfileBuilder.Build(Plugins, Pinned);

        Assert.Equal(
            $$"""
            FROM registry.example.test/node:22-slim@sha256:{{new string('a', 64)}}
            LABEL org.opencontainers.image.title="ElizaOS agent runtime" \
                  org.opencontainers.image.version="1.7.2" \
                  org.opencontainers.image.base.name="registry.example.test/node:22-slim" \
                  org.opencontainers.image.base.digest="sha256:{{new string('a', 64)}}" \
                  multiagentinfra.plugin-set="{{Plugins.Key(22, "linux-x64")}}" \
                  multiagentinfra.template="1"
            ENV NODE_ENV=production \
                SERVER_HOST=0.0.0.0 \
                SERVER_PORT=3000 \
                PGLITE_DATA_DIR=/data/db \
                ELIZA_DATA_DIR=/data/eliza \
                ELIZAOS_DATA_DIR=/data/eliza \
                ELIZA_UI_ENABLE=false \
                ELIZA_NO_AUTO_INSTALL=true \
                ELIZA_NO_PLUGIN_AUTO_INSTALL=true
            WORKDIR /app
            COPY package.json package-lock.json ./
            RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund && npm cache clean --force
            COPY start-agent.mjs ./
            RUN mkdir -p /data && chown 1000:1000 /data
            USER 1000:1000
            WORKDIR /data
            EXPOSE 3000
            STOPSIGNAL SIGTERM
            HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
                CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SERVER_PORT + '/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
            CMD ["node", "/app/start-agent.mjs", "/app/character.json"]

            """,
            dockerfile);
        Assert.Equal(dockerfile, DockerfileBuilder.Build(Plugins, Pinned));
        Assert.DoesNotContain('\r', dockerfile);
    }

    [Fact]
    public void Without_a_configured_base_the_tag_stands_alone()
    {
        var dockerfile = DockerfileBuilder.Build(Plugins);

        Assert.StartsWith("FROM node:22-bookworm-slim\n", dockerfile, StringComparison.Ordinal);
        Assert.DoesNotContain("base.digest", dockerfile, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node:22\nRUN id", null)]
    [InlineData("", null)]
    [InlineData("node:22 AS x", null)]
    [InlineData("node:22\"", null)]
    [InlineData("node:22", "sha256:abc")]
    public void A_base_that_is_no_image_reference_is_refused(string image, string? digest) =>
        Assert.Throws<ArgumentException>(() => DockerfileBuilder.Build(Plugins, Pinned with { Image = image, Digest = digest }));

    [Fact]
    public void The_context_holds_knowledge_but_no_environment_file()
    {
        var lines = DockerfileBuilder.DockerIgnore.Split('\n');

        Assert.Equal("**", lines[0]);
        Assert.Contains("!knowledge/**", lines);
        Assert.True(Array.IndexOf(lines, "**/.env*") > Array.IndexOf(lines, "!knowledge/**"));
        Assert.DoesNotContain(lines, line => line.Contains(".md", StringComparison.Ordinal));
    }
}
