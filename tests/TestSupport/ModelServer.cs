using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport;

/// <summary>A model provider on loopback that speaks as much of OpenAI's API as plugin-openai asks for.</summary>
public sealed class ModelServer : LoopbackServer
{
    public const string Answer = "The stub says hello from the test harbour";

    private const string Reply =
        $"<response><thought>stub</thought><actions>REPLY</actions><providers></providers><text>{Answer}</text></response>";

    private const string Respond = "<response><name>x</name><reasoning>r</reasoning><action>RESPOND</action></response>";

    private readonly ConcurrentDictionary<string, byte> _keys = new();

    /// <summary>The bearer tokens that callers showed.</summary>
    public IReadOnlyCollection<string> SeenKeys => [.. _keys.Keys];

    public static async Task<ModelServer> StartAsync()
    {
        var server = new ModelServer();
        await server.StartAsync(server.Map);
        return server;
    }

    private void Map(WebApplication application)
    {
        application.Use((context, next) =>
        {
            _keys.TryAdd(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), 0);
            return next(context);
        });
        application.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = new[] { new { id = "gpt-5-nano", @object = "model" } } }));
        application.MapPost("/v1/embeddings", EmbedAsync);
        application.MapPost("/v1/responses", RespondAsync);
    }

    private static async Task<IResult> EmbedAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        var count = body["input"] is JsonArray inputs ? inputs.Count : 1;
        var vector = Enumerable.Repeat(0.01, body["dimensions"]?.GetValue<int>() ?? 1536).ToArray();
        var data = Enumerable.Range(0, count).Select(index => new { @object = "embedding", index, embedding = vector });
        return Results.Json(new { @object = "list", model = body["model"]?.ToString(), data, usage = new { prompt_tokens = 1, total_tokens = 1 } });
    }

    private static async Task RespondAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var body = JsonNode.Parse(text)!;
        var asksWhether = text.Contains("shouldRespond", StringComparison.Ordinal) || text.Contains("RESPOND | IGNORE", StringComparison.Ordinal);
        var done = Response(body["model"]?.ToString(), asksWhether ? Respond : Reply);
        if (body["stream"]?.GetValue<bool>() is not true)
        {
            await context.Response.WriteAsJsonAsync(done);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        await SendAsync(context, new JsonObject { ["type"] = "response.created", ["response"] = done.DeepClone() });
        var item = done["output"]![0]!;
        await SendAsync(context, new JsonObject { ["type"] = "response.output_item.added", ["output_index"] = 0, ["item"] = item.DeepClone() });
        await SendAsync(context, new JsonObject
        {
            ["type"] = "response.output_text.delta",
            ["item_id"] = "msg_1",
            ["output_index"] = 0,
            ["content_index"] = 0,
            ["delta"] = item["content"]![0]!["text"]!.ToString(),
        });
        await SendAsync(context, new JsonObject { ["type"] = "response.output_item.done", ["output_index"] = 0, ["item"] = item.DeepClone() });
        await SendAsync(context, new JsonObject { ["type"] = "response.completed", ["response"] = done.DeepClone() });
    }

    private static Task SendAsync(HttpContext context, JsonObject value) =>
        context.Response.WriteAsync($"data: {value.ToJsonString()}\n\n");

    private static JsonObject Response(string? model, string text) => (JsonObject)JsonSerializer.SerializeToNode(new
    {
        id = "resp_1",
        @object = "response",
        created_at = 1,
        status = "completed",
        model,
        error = (object?)null,
        incomplete_details = (object?)null,
        output = new[]
        {
            new
            {
                type = "message",
                id = "msg_1",
                role = "assistant",
                status = "completed",
                content = new[] { new { type = "output_text", text, annotations = Array.Empty<object>() } },
            },
        },
        usage = new
        {
            input_tokens = 1,
            output_tokens = 1,
            total_tokens = 2,
            input_tokens_details = new { cached_tokens = 0 },
            output_tokens_details = new { reasoning_tokens = 0 },
        },
    })!;
}
