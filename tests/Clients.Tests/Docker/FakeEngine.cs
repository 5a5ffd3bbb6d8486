using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>An engine that says what a real one says only in bad times.</summary>
internal sealed class FakeEngine : LoopbackServer
{
    private FakeEngine()
    {
    }

    public static async Task<FakeEngine> StartAsync(string version, RequestDelegate? answer = null)
    {
        var engine = new FakeEngine();
        await engine.StartAsync(application =>
        {
            application.MapGet("/_ping", (HttpContext context) =>
            {
                context.Response.Headers["Api-Version"] = version;
                return "OK";
            });
            if (answer is not null)
                application.MapPost("/{version}/{**path}", answer);
        });
        return engine;
    }

    public DockerConnection Connect() => DockerConnection.To(new DockerOptions { Endpoint = Address.Replace("http:", "tcp:", StringComparison.Ordinal) });
}
