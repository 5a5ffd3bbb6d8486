using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Images;

/// <summary>
/// Writes the Dockerfile of a runtime image (https://docs.docker.com/reference/dockerfile/) and the .dockerignore beside it.
/// The context holds package.json, package-lock.json and start-agent.mjs; the character and its knowledge are a later layer, secrets are none.
/// The last layer is the application and nothing else, as in an image that is assembled without an engine. The key of the image is a label that the build adds, because it covers this text.
/// </summary>
public static partial class DockerfileBuilder
{
    /// <summary>Part of an image's identity: raise it with every change of the text.</summary>
    public const int TemplateVersion = 2;

    /// <summary>Of the first stage, whose image nobody else names: by it the engine is asked to remove that image too.</summary>
    public const string BuildLabel = "multiagentinfra.plugin-set";

    /// <summary>The value of <see cref="BuildLabel"/>.</summary>
    public const string BuildArgument = "PLUGIN_SET";

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

    // Exec forms are JSON that a shell never sees: nothing but quotes and backslashes may be escaped.
    private static readonly JsonSerializerOptions ExecForm = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="ArgumentException">The base is no image reference, and could add instructions.</exception>
    public static string Build(BaseImage? configuredBase = null)
    {
        var runtimeBase = configuredBase ?? BaseImage.Default;
        if (!ImagePattern().IsMatch(runtimeBase.Reference))
            throw new ArgumentException($"'{runtimeBase.Reference}' is not an image reference.", nameof(configuredBase));
        var health = RuntimeSettings.Health;
        return $$"""
            FROM {{runtimeBase.Reference}} AS build
            WORKDIR /app
            COPY package.json package-lock.json ./
            RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
            COPY start-agent.mjs ./
            ARG {{BuildArgument}}
            LABEL {{BuildLabel}}=${{BuildArgument}}

            FROM {{runtimeBase.Reference}}
            LABEL org.opencontainers.image.title="ElizaOS agent runtime" \
                  org.opencontainers.image.version="{{PluginCatalogue.CoreVersion}}" \
                  org.opencontainers.image.base.name="{{runtimeBase.Image}}"{{BaseDigest(runtimeBase)}} \
                  multiagentinfra.template="{{TemplateVersion}}"
            ENV {{string.Join(" \\\n    ", RuntimeSettings.Environment.Select(variable => $"{variable.Key}={variable.Value}"))}}
            RUN mkdir -p {{RuntimeSettings.WorkingFolder}} && chown {{RuntimeSettings.User}} {{RuntimeSettings.WorkingFolder}}
            COPY --from=build /app /app
            USER {{RuntimeSettings.User}}
            WORKDIR {{RuntimeSettings.WorkingFolder}}
            EXPOSE {{RuntimeSettings.Port}}
            STOPSIGNAL {{RuntimeSettings.StopSignal}}
            HEALTHCHECK --interval={{Seconds(health.Interval)}} --timeout={{Seconds(health.Timeout)}} --start-period={{Seconds(health.StartPeriod)}} --retries={{health.Retries}} \
                CMD {{Exec(health.Command)}}
            CMD {{Exec(RuntimeSettings.Command)}}

            """;
    }

    private static string Exec(IReadOnlyList<string> command) => $"[{string.Join(", ", command.Select(part => JsonSerializer.Serialize(part, ExecForm)))}]";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s");

    private static string BaseDigest(BaseImage runtimeBase) =>
        runtimeBase.Digest is null ? "" : $" \\\n      org.opencontainers.image.base.digest=\"{runtimeBase.Digest}\"";

    [GeneratedRegex(@"^[a-z0-9][a-zA-Z0-9._:/-]*(?:@sha256:[0-9a-f]{64})?\z")]
    private static partial Regex ImagePattern();
}
