using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Where Trivy finds an image, and what it shows to get it. No record, because a record prints what it holds.</summary>
public sealed class TrivySource
{
    private TrivySource(string[] arguments, JsonObject accounts, params string[] secrets) => (Arguments, Accounts, Secrets) = (arguments, accounts, secrets);

    /// <summary>Of <c>trivy image</c>; never a secret.</summary>
    internal IReadOnlyList<string> Arguments { get; }

    /// <summary>The <c>auths</c> of a Docker config.json (https://github.com/docker/cli/blob/v27.5.1/cli/config/types/authconfig.go).</summary>
    internal JsonObject Accounts { get; }

    /// <summary>What must not be repeated from what Trivy says.</summary>
    internal IReadOnlyList<string> Secrets { get; }

    /// <summary>An image that the index of a layout lists.</summary>
    public static TrivySource Layout(string root, Digest image) => new(["--input", $"{root}@{image}"], []);

    /// <summary>An image of a registry. Trivy speaks plain HTTP to loopback addresses by itself.</summary>
    /// <param name="name"><c>HOST[:PORT]/REPOSITORY</c>.</param>
    public static TrivySource Anonymous(string name, Digest image) => Remote(name, image, []);

    /// <inheritdoc cref="Anonymous"/>
    public static TrivySource WithToken(string name, Digest image, string token) => Remote(name, image, new() { ["registrytoken"] = token }, token);

    /// <inheritdoc cref="Anonymous"/>
    public static TrivySource WithAccount(string name, Digest image, string username, string password) => Remote(
        name, image, new() { ["auth"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{username}:{password}")) }, password);

    private static TrivySource Remote(string name, Digest image, JsonObject account, params string[] secrets) =>
        new(["--image-src", "remote", $"{name}@{image}"], account.Count == 0 ? [] : new() { [name.Split('/')[0]] = account }, secrets);
}
