using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>For load balancers: is the process alive, and can it serve.</summary>
public sealed class HealthFunctions(OperationStore operations, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Function("GetLiveness")]
    [PublicFunction]
    public static IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Results.Json(new HealthBody("live"), WireJson.Default.HealthBody);

    [Function("GetReadiness")]
    [PublicFunction]
    public async Task<IResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request,
        [DurableClient] DurableTaskClient durable)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, request.HttpContext.RequestAborted);
        var reason = await ProblemOf("store", () => operations.FindAsync(Guid.Empty, either.Token), either.Token)
            ?? await ProblemOf("orchestration engine", () => durable.GetInstanceAsync("readiness", either.Token), either.Token);
        return reason is null ? Results.Json(new HealthBody("ready"), WireJson.Default.HealthBody) : Problems.NotReady(reason);
    }

    private static async Task<string?> ProblemOf(string what, Func<Task> question, CancellationToken cancellationToken)
    {
        try
        {
            await question().WaitAsync(cancellationToken);
            return null;
        }
        // Whatever the part answers instead, it cannot serve now; a 500 would say that this endpoint is broken.
        catch (Exception exception)
        {
            return $"The {what} does not answer ({exception.GetType().Name}).";
        }
    }
}
