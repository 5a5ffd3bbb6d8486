using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport;

/// <summary>Telegram's Bot API (https://core.telegram.org/bots/api) for one bot: one long poller, updates in, messages out.</summary>
public sealed class TelegramServer : LoopbackServer
{
    private const long ChatId = 4242;
    private readonly ConcurrentQueue<string> _sent = new();
    private readonly Channel<JsonObject> _updates = Channel.CreateUnbounded<JsonObject>();
    private string _token = "";
    private int _lastId;

    /// <summary>The texts that the bot sent.</summary>
    public IReadOnlyCollection<string> Sent => _sent;

    public static async Task<TelegramServer> StartAsync(string token)
    {
        var server = new TelegramServer { _token = token };
        await server.StartAsync(application => application.Map("/bot{token}/{method}", server.HandleAsync));
        return server;
    }

    /// <summary>A user writes to the bot in a private chat.</summary>
    public void Write(string text)
    {
        var id = Interlocked.Increment(ref _lastId);
        var user = new JsonObject { ["id"] = ChatId, ["is_bot"] = false, ["first_name"] = "Test", ["username"] = "tester" };
        var chat = new JsonObject { ["id"] = ChatId, ["type"] = "private", ["first_name"] = "Test", ["username"] = "tester" };
        _updates.Writer.TryWrite(new JsonObject
        {
            ["update_id"] = id,
            ["message"] = new JsonObject { ["message_id"] = id, ["from"] = user, ["chat"] = chat, ["date"] = 1_700_000_000, ["text"] = text },
        });
    }

    private async Task<IResult> HandleAsync(HttpRequest request, string token, string method)
    {
        if (token != _token)
            return Results.Json(new { ok = false, error_code = 401, description = "Unauthorized" }, statusCode: 401);
        var body = request.HasJsonContentType() ? await JsonNode.ParseAsync(request.Body) as JsonObject ?? [] : [];
        return method.ToUpperInvariant() switch
        {
            "GETME" => Ok(new JsonObject { ["id"] = 1, ["is_bot"] = true, ["first_name"] = "Bot", ["username"] = "stub_bot" }),
            "GETUPDATES" => Ok(await NextUpdatesAsync(body, request.HttpContext.RequestAborted)),
            "GETCHAT" => Ok(new JsonObject { ["id"] = ChatId, ["type"] = "private", ["first_name"] = "Test" }),
            "SENDMESSAGE" => Ok(Send(body)),
            "DELETEWEBHOOK" or "SETMYCOMMANDS" or "SENDCHATACTION" or "CLOSE" or "LOGOUT" => Ok(JsonValue.Create(true)),
            _ => Results.Json(new { ok = false, error_code = 404, description = $"Not Found: {method}" }, statusCode: 404),
        };
    }

    private async Task<JsonNode> NextUpdatesAsync(JsonObject body, CancellationToken cancellationToken)
    {
        var seconds = body["timeout"]?.GetValue<int>() ?? 0;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            return new JsonArray(await _updates.Reader.ReadAsync(timeout.Token));
        }
        catch (OperationCanceledException)
        {
            return new JsonArray();
        }
    }

    private JsonObject Send(JsonObject body)
    {
        _sent.Enqueue(body["text"]?.ToString() ?? "");
        return new JsonObject
        {
            ["message_id"] = Interlocked.Increment(ref _lastId),
            ["date"] = 1_700_000_001,
            ["chat"] = new JsonObject { ["id"] = ChatId, ["type"] = "private" },
            ["text"] = body["text"]?.DeepClone(),
        };
    }

    private static IResult Ok(JsonNode? result) => Results.Json(new JsonObject { ["ok"] = true, ["result"] = result });
}
