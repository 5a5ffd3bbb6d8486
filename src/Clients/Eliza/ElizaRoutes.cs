namespace MultiAgentInfra.Clients.Eliza;

/// <summary>The addresses of an ElizaOS 1.7 server on this machine's loopback.</summary>
public static class ElizaRoutes
{
    /// <summary>The server itself.</summary>
    public static Uri Root(int port) => new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", port).Uri;

    /// <summary><c>GET /health</c>: 200 when an agent runs, 503 when none does; no authentication, and no rate limit on the loopback.</summary>
    public static Uri Health(int port) => new(Root(port), "health");

    /// <summary><c>GET /api/agents</c>: needs the token; at most 1000 calls in 15 minutes.</summary>
    public static Uri Agents(int port) => new(Root(port), "api/agents");
}
