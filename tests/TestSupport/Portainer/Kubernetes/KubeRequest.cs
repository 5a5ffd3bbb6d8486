using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>One call of the API server.</summary>
/// <param name="Path">Decoded and without a leading slash.</param>
/// <param name="User">Null for an administrator of the cluster.</param>
internal sealed record KubeRequest(string Method, string Path, string Query, string ContentType, byte[] Body, PortainerUser? User = null, bool Stale = false)
{
    private readonly Dictionary<string, Microsoft.Extensions.Primitives.StringValues> _query = QueryHelpers.ParseQuery(Query);

    public string? Argument(string name) => _query.TryGetValue(name, out var values) ? values.ToString() : null;

    public bool IsDryRun => Argument("dryRun") == "All";

    /// <exception cref="KubeException">It is no JSON object.</exception>
    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject ?? throw KubeException.BadRequest("couldn't get version/kind; json parse error: the body is no object");
        }
        catch (JsonException exception)
        {
            throw KubeException.BadRequest($"the object provided is unrecognized (must be of type): couldn't get version/kind; json parse error: {exception.Message}");
        }
    }
}

/// <summary>An answer of the API server: a JSON object or a plain text.</summary>
/// <param name="Goes">The text may become longer, and the caller wants to see it.</param>
internal sealed record KubeAnswer(int Status, JsonNode? Json, string? Text = null, string ContentType = "application/json", bool Goes = false)
{
    public byte[] Bytes() => Json is null ? System.Text.Encoding.UTF8.GetBytes(Text ?? "") : JsonSerializer.SerializeToUtf8Bytes(Json);
}

/// <summary>What the path of a call names.</summary>
internal sealed record KubePath(KubeResource Resource, string? Namespace, string? Name, string? Part, string Rest)
{
    /// <returns>Null when the server serves no such path.</returns>
    public static KubePath? Parse(string path)
    {
        var parts = path.Split('/');
        var (group, rest) = parts switch
        {
            ["api", "v1", .. var core] => (("", "v1"), core),
            ["apis", var name, var version, .. var others] => ((name, version), others),
            _ => (("", ""), []),
        };
        string? @namespace = null;
        if (rest is ["namespaces", var one, _, ..] && !(group == ("", "v1") && rest is [_, _, "status" or "finalize", ..]))
            (@namespace, rest) = (one, rest[2..]);
        if (rest.Length == 0 || KubeResource.Find(group.Item1, group.Item2, rest[0]) is not { } resource || (@namespace is not null && !resource.Namespaced))
            return null;
        return new(resource, @namespace, rest.ElementAtOrDefault(1), rest.ElementAtOrDefault(2), string.Join('/', rest.Skip(3)));
    }
}
