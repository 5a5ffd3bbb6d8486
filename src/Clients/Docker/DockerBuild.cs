namespace MultiAgentInfra.Clients.Docker;

/// <summary>A build on an engine: the files of its context, and what its image is called.</summary>
/// <param name="Files">By their names in the context; one is <c>Dockerfile</c>. They are read while they are sent.</param>
/// <param name="Repository">With the registry's host and port, as the engine reaches it.</param>
/// <param name="Arguments">They stay in the history of the image: no secrets.</param>
/// <param name="Platform">In Docker's words, such as <c>linux/amd64</c>.</param>
/// <param name="Network">Of the build's containers; null leaves it to the engine.</param>
public sealed record DockerBuild(
    IReadOnlyDictionary<string, string> Files,
    string Repository,
    string Tag,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Arguments,
    string Platform,
    string? Network);

/// <summary>An image that an engine has.</summary>
/// <param name="Id">Of its configuration, such as <c>sha256:…</c>.</param>
/// <param name="RepoTags">Its names with tags; none for one that lost them.</param>
/// <param name="RepoDigests">Its names with digests, of registries that it came from or went to.</param>
public sealed record DockerImage(string Id, IReadOnlyList<string>? RepoTags, IReadOnlyList<string>? RepoDigests);
