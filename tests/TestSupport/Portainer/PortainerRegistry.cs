using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A registry that Portainer knows, with the credentials that it never shows.</summary>
/// <param name="EngineAuth">The JSON of an X-Registry-Auth.</param>
internal sealed record PortainerRegistry(int Id, string Name, string Url, int Type, string EngineAuth)
{
    /// <summary>By environment.</summary>
    public Dictionary<int, List<string>> Namespaces { get; } = [];

    public string SecretName => string.Create(CultureInfo.InvariantCulture, $"registry-{Id}");

    public JsonObject ToJson()
    {
        var auth = JsonNode.Parse(EngineAuth);
        return new()
        {
            [nameof(Id)] = Id,
            [nameof(Type)] = Type,
            [nameof(Name)] = Name,
            ["URL"] = Url,
            ["BaseURL"] = "",
            ["Authentication"] = auth.Text("username") is { Length: > 0 },
            ["Username"] = auth.Text("username") ?? "",
            ["RegistryAccesses"] = new JsonObject(Namespaces.Select(pair => KeyValuePair.Create(
                pair.Key.ToString(CultureInfo.InvariantCulture),
                (JsonNode?)new JsonObject { [nameof(Namespaces)] = new JsonArray([.. pair.Value.Select(name => (JsonNode)name)]) }))),
        };
    }

    public JsonObject ToSecret(string @namespace)
    {
        var auth = JsonNode.Parse(EngineAuth);
        var (user, password) = (auth.Text("username") ?? "", auth.Text("password") ?? "");
        var config = new JsonObject { ["auths"] = new JsonObject { [Url] = new JsonObject { ["username"] = user, ["password"] = password, ["auth"] = Encode($"{user}:{password}") } } };
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = SecretName,
                ["namespace"] = @namespace,
                ["labels"] = new JsonObject { ["io.portainer.kubernetes.configuration.owner"] = "", ["io.portainer.kubernetes.registry.id"] = Id.ToString(CultureInfo.InvariantCulture) },
            },
            ["type"] = "kubernetes.io/dockerconfigjson",
            ["data"] = new JsonObject { [".dockerconfigjson"] = Encode(config.ToJsonString()) },
        };
    }

    private static string Encode(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
