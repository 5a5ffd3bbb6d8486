using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What of a stack a fault leaves behind.</summary>
public enum StackRemains
{
    All,

    /// <summary>A row without objects.</summary>
    Row,

    /// <summary>Objects without a row.</summary>
    Objects,
}

/// <summary>One call of Portainer's own API.</summary>
internal sealed class PortainerCall(HttpContext context, PortainerUser? user, byte[] body)
{
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    public PortainerUser User => user!;

    public HttpContext Context => context;

    public bool IsStale => context.Items.ContainsKey(nameof(PortainerFault.StaleList));

    public StackRemains Remains => context.Items[nameof(StackRemains)] is StackRemains remains ? remains : StackRemains.All;

    public string? Argument(string name) => context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public int? Number(string name) => int.TryParse(Argument(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    public int Route(string name) => int.TryParse(context.Request.RouteValues[name]?.ToString(), CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new PortainerException(400, $"Invalid {name} identifier route variable", $"Invalid {name}");

    /// <summary>The body, whose names are read whatever their case.</summary>
    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(body, AnyCase) as JsonObject ?? throw PortainerException.BadPayload("The body is no object");
        }
        catch (JsonException exception)
        {
            throw PortainerException.BadPayload(exception.Message);
        }
    }

    public void MustBeAdmin()
    {
        if (!User.IsAdmin)
            throw PortainerException.AccessDenied();
    }
}

/// <summary>An answer of Portainer's own API.</summary>
internal sealed record PortainerAnswer(int Status, JsonNode? Body = null)
{
    public static PortainerAnswer Ok(JsonNode body) => new(200, body);

    public static PortainerAnswer Empty => new(204);
}
