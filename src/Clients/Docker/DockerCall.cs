namespace MultiAgentInfra.Clients.Docker;

/// <summary>One call of the Engine API.</summary>
/// <param name="Route">Below the version; see <see cref="DockerRoutes"/>.</param>
/// <param name="Timeout">For all of the answer.</param>
internal sealed record DockerCall(HttpMethod Method, string Route, TimeSpan Timeout)
{
    public HttpContent? Content { get; init; }

    /// <summary>Names and values; they may hold credentials, so they are in no message.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
