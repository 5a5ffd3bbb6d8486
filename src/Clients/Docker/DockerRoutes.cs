using System.Globalization;
using System.Text.Json;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>The addresses of the Engine API below its version (https://docs.docker.com/reference/api/engine/).</summary>
internal static class DockerRoutes
{
    public const string Ping = "_ping";

    /// <summary>The classic builder: BuildKit's needs a session of gRPC for credentials.</summary>
    public static string Build(DockerBuild build) => "build?version=1&rm=1&forcerm=1"
        + $"&t={Escape($"{build.Repository}:{build.Tag}")}&labels={Escape(JsonSerializer.Serialize(build.Labels))}&buildargs={Escape(JsonSerializer.Serialize(build.Arguments))}&platform={Escape(build.Platform)}"
        + (build.Network is { Length: > 0 } network ? $"&networkmode={Escape(network)}" : "");

    /// <summary>Without a tag the engine would push every tag of the repository.</summary>
    public static string Push(string repository, string tag) => $"images/{Name(repository)}/push?tag={Escape(tag)}";

    public static string Tag(string image, string repository, string tag) => $"images/{Name(image)}/tag?repo={Escape(repository)}&tag={Escape(tag)}";

    public static string Image(string image) => $"images/{Name(image)}/json";

    public static string ImagesWith(string label, string value) =>
        $"images/json?filters={Escape(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = [$"{label}={value}"] }))}";

    public static string Remove(string image) => $"images/{Name(image)}?force=1";

    public static string WithVersion(Version version, string path) => string.Create(CultureInfo.InvariantCulture, $"v{version.Major}.{version.Minor}/{path}");

    // The slashes, the colon and the at sign of a name are part of the path.
    private static string Name(string name) => string.Join('/', name.Split('/').Select(part => Escape(part).Replace("%3A", ":", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal)));

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
