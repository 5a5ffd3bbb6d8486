using System.Text.RegularExpressions;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The settings of a control plane that builds on this machine's Node.js, in a registry with a password.</summary>
internal static class ContainerSettings
{
    /// <summary>Of a control plane whose agents are built and run by the engine.</summary>
    public static async Task<Dictionary<string, string>> OfAsync(DockerEngine engine, RegistryProcess registry) => new(await OfRegistryAsync(engine, registry))
    {
        ["Docker__Endpoint"] = engine.Endpoint,
        ["Docker__BuildNetwork"] = "host",
        ["Docker__HostNetwork"] = "true",
    };

    /// <summary>What makes the agents stacks of a Portainer whose Docker environment has no bridge.</summary>
    public static Dictionary<string, string> OfStacks(PortainerServer portainer) => new()
    {
        ["PORTAINER_URL"] = portainer.Address,
        ["PORTAINER_API_KEY"] = PortainerServer.ApiKey,
        ["Portainer__RegistryId"] = $"{PortainerServer.RegistryId}",
        ["Portainer__HostNetwork"] = "true",
    };

    /// <summary>Of one that builds with npm and runs agents as processes.</summary>
    public static Task<Dictionary<string, string>> OfRegistryAsync(DockerEngine engine, RegistryProcess registry) => OfRegistryAsync(engine, registry, NodeImage.ImportAsync);

    /// <param name="importBase">Makes the base image of that name.</param>
    public static async Task<Dictionary<string, string>> OfRegistryAsync(DockerEngine engine, RegistryProcess registry, Func<DockerEngine, string, Task> importBase)
    {
        var policy = registry.PathOf("scan-policy.json");
        await File.WriteAllTextAsync(policy, """{"severities":["CRITICAL"],"onlyFixable":true,"unscanned":"warn"}""");
        return new()
        {
            ["Registry__Address"] = registry.Address,
            ["Registry__Prefix"] = "team",
            ["Registry__Username"] = RegistryProcess.Username,
            ["Registry__Password"] = RegistryProcess.Password,
            ["Build__BaseImage"] = await PushBaseAsync(engine, $"{new Uri(registry.Address).Authority}/team/base/node:1", importBase),
            ["Build__NodeMajorVersion"] = "20",
            ["Scan__PolicyFile"] = policy,
        };
    }

    /// <returns>The base's name with its digest in the registry.</returns>
    private static async Task<string> PushBaseAsync(DockerEngine engine, string name, Func<DockerEngine, string, Task> importBase)
    {
        await importBase(engine, name);
        await engine.RunAsync("login", "--username", RegistryProcess.Username, "--password", RegistryProcess.Password, name.Split('/')[0]);
        var pushed = await engine.RunAsync("push", name);
        return $"{name}@{Regex.Match(pushed, "sha256:[0-9a-f]{64}").Value}";
    }
}
