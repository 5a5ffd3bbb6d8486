using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Images;

/// <summary>
/// Writes the Dockerfile of a runtime image (https://docs.docker.com/reference/dockerfile/) and the .dockerignore beside it.
/// The context holds package.json, package-lock.json and start-agent.mjs; the character and its knowledge are a later layer, secrets are none.
/// </summary>
public static partial class DockerfileBuilder
{
    /// <summary>Part of an image's identity: raise it with every change of the text.</summary>
    public const int TemplateVersion = 1;

    public const int AgentPort = 3000;

    /// <summary>The context is what is named here, so that a stray .env or .git never gets in; knowledge keeps its Markdown files.</summary>
    public const string DockerIgnore = """
        **
        !package.json
        !package-lock.json
        !start-agent.mjs
        !character.json
        !knowledge
        !knowledge/**
        **/.env*

        """;

    /// <summary>Throws <see cref="ArgumentException"/> for a base that is no image reference, since it could add instructions.</summary>
    public static string Build(PluginSet plugins, BaseImage? configuredBase = null)
    {
        var runtimeBase = configuredBase ?? BaseImage.Default;
        if (!ImagePattern().IsMatch(runtimeBase.Reference))
            throw new ArgumentException($"'{runtimeBase.Reference}' is not an image reference.", nameof(configuredBase));
        // The working directory is the data volume, because the server writes .eliza beside itself whatever it is told.
        return $$"""
            FROM {{runtimeBase.Reference}}
            LABEL org.opencontainers.image.title="ElizaOS agent runtime" \
                  org.opencontainers.image.version="{{PluginCatalogue.CoreVersion}}" \
                  org.opencontainers.image.base.name="{{runtimeBase.Image}}"{{BaseDigest(runtimeBase)}} \
                  multiagentinfra.plugin-set="{{plugins.Key(runtimeBase.NodeMajorVersion, runtimeBase.Platform)}}" \
                  multiagentinfra.template="{{TemplateVersion}}"
            ENV NODE_ENV=production \
                SERVER_HOST=0.0.0.0 \
                SERVER_PORT={{AgentPort}} \
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
            EXPOSE {{AgentPort}}
            STOPSIGNAL SIGTERM
            HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
                CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SERVER_PORT + '/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
            CMD ["node", "/app/start-agent.mjs", "/app/character.json"]

            """;
    }

    private static string BaseDigest(BaseImage runtimeBase) =>
        runtimeBase.Digest is null ? "" : $" \\\n      org.opencontainers.image.base.digest=\"{runtimeBase.Digest}\"";

    [GeneratedRegex(@"^[a-z0-9][a-zA-Z0-9._:/-]*(?:@sha256:[0-9a-f]{64})?\z")]
    private static partial Regex ImagePattern();
}
