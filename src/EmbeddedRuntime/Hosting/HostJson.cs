using Microsoft.Extensions.Configuration;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The part of host.json that this host honours.</summary>
internal static class HostJson
{
    /// <summary>The route prefix of the first folder that holds a host.json, without slashes around it; <c>api</c> by default.</summary>
    public static string RoutePrefix(params string[] folders)
    {
        var file = folders.Select(folder => Path.Combine(folder, "host.json")).FirstOrDefault(File.Exists);
        var prefix = file is null ? null : new ConfigurationBuilder().AddJsonFile(file).Build()["extensions:http:routePrefix"];
        return (prefix ?? "api").Trim('/');
    }
}
