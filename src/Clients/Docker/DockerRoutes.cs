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

    public static string Pull(string name, string digest) => $"images/create?fromImage={Escape(name)}&tag={Escape(digest)}";

    /// <param name="part">What follows the name, such as <c>/json</c>.</param>
    public static string Container(string name, string part) => $"containers/{Escape(name)}{part}";

    public static string CreateContainer(string name) => $"containers/create?name={Escape(name)}";

    public static string KillContainer(string name, string signal) => Container(name, $"/kill?signal={signal}");

    /// <param name="since">Seconds of Unix time with nanoseconds.</param>
    public static string ContainerLog(string name, string since, int? tail) =>
        Container(name, string.Create(CultureInfo.InvariantCulture, $"/logs?stdout=1&stderr=1&timestamps=1&since={since}&tail={tail?.ToString(CultureInfo.InvariantCulture) ?? "all"}"));

    /// <summary>What the engine remembers of a container's ends between two times, in seconds of Unix time.</summary>
    public static string Ends(string id, long since, long until) =>
        string.Create(CultureInfo.InvariantCulture, $"events?since={since}&until={until}&filters={Escape(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["container"] = [id], ["event"] = ["die", "oom"] }))}");

    public const string NewNetwork = "networks/create";

    public const string NewVolume = "volumes/create";

    /// <summary>Where files are put into a container, as a tar.</summary>
    public static string Archive(string name, string folder) => Container(name, $"/archive?path={Escape(folder)}");

    public static string Volume(string name) => $"volumes/{Escape(name)}";

    public static string Image(string image) => $"images/{Name(image)}/json";

    public static string ImagesWith(string label, string value) =>
        $"images/json?filters={Escape(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = [$"{label}={value}"] }))}";

    public static string ImageName(string image) => $"images/{Name(image)}";

    public static string Remove(string image) => $"{ImageName(image)}?force=1";

    public static string WithVersion(Version version, string path) => string.Create(CultureInfo.InvariantCulture, $"v{version.Major}.{version.Minor}/{path}");

    // The slashes, the colon and the at sign of a name are part of the path.
    private static string Name(string name) => string.Join('/', name.Split('/').Select(part => Escape(part).Replace("%3A", ":", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal)));

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
