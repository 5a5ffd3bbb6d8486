using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Eliza;

/// <summary>Talks to the ElizaOS server of an agent on this machine.</summary>
public sealed partial class ElizaClient(HttpClient http, TimeProvider time)
{
    private const string TokenHeader = "X-API-KEY";
    private const int AnswerLimitBytes = 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Asks once; an agent that does not answer is a value and no exception.</summary>
    public async Task<ElizaHealth> GetHealthAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ElizaRoutes.Health(port));
            var (status, body) = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            return status == HttpStatusCode.OK
                ? new ElizaHealth(ElizaHealthState.Healthy, "")
                : new ElizaHealth(ElizaHealthState.Degraded, $"/health answered {(int)status}: {Shorten(body)}");
        }
        catch (ApiException e)
        {
            return new ElizaHealth(ElizaHealthState.Unreachable, e.Message);
        }
    }

    /// <summary>Asks once for the health and, with a token, whether it is that agent that answers.</summary>
    /// <exception cref="ApiException">Something healthy answers that refuses the token.</exception>
    public async Task<ElizaHealth> GetHealthAsync(int port, Guid agentId, string? token, CancellationToken cancellationToken)
    {
        var health = await GetHealthAsync(port, cancellationToken).ConfigureAwait(false);
        return !health.IsHealthy || token is null || await IsServingAsync(port, token, agentId, cancellationToken).ConfigureAwait(false)
            ? health
            : new ElizaHealth(ElizaHealthState.Degraded, $"port {port} answers, but not as this agent.");
    }

    /// <summary>
    /// True when the server on the port accepts the agent's token and runs that agent: proof that no stranger took the port.
    /// </summary>
    /// <exception cref="ApiException">It does not answer, refuses the token, or answers something else.</exception>
    public async Task<bool> IsServingAsync(int port, string token, Guid agentId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ElizaRoutes.Agents(port));
        request.Headers.Add(TokenHeader, token);
        var (status, body) = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (status != HttpStatusCode.OK)
            throw new ApiException(request.Method, request.RequestUri!, status, body);
        try
        {
            var answer = JsonSerializer.Deserialize(body, WireContext.Default.AgentsAnswer);
            return answer?.Data?.Agents?.Any(agent => agent?.Id == agentId && agent.Status == "active")
                ?? throw new ApiException(request.Method, request.RequestUri!, status, $"No list of agents: {body}");
        }
        catch (JsonException e)
        {
            throw new ApiException(request.Method, request.RequestUri!, status, $"No JSON: {body}", e);
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(AnswerLimitBytes, stop.Token).ConfigureAwait(false);
            // Decoded here: a wrong charset in the answer's header must not become an exception of another kind.
            return (response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(stop.Token).ConfigureAwait(false)));
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(request.Method, request.RequestUri!, e.StatusCode, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(request.Method, request.RequestUri!, null, $"no answer within {Timeout.TotalSeconds} s", e);
        }
    }

    private static string Shorten(string text) => text.Length > 200 ? text[..200] + "…" : text;

    private sealed record AgentsAnswer(AgentsData? Data);

    private sealed record AgentsData(IReadOnlyList<AgentEntry?>? Agents);

    private sealed record AgentEntry(Guid Id, string? Status);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(AgentsAnswer))]
    private sealed partial class WireContext : JsonSerializerContext;
}
