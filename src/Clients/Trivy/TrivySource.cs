using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Where Trivy finds an image, and what it shows to get it. No record, because a record prints what it holds.</summary>
public sealed class TrivySource
{
    private TrivySource(Digest image, bool isRemote, string[] arguments, JsonObject accounts, params string[] secrets) =>
        (Image, IsRemote, Arguments, Accounts, Secrets) = (image, isRemote, arguments, accounts, secrets);

    /// <summary>Which image it is.</summary>
    public Digest Image { get; }

    /// <summary>It is in a registry, and not in a folder of this machine.</summary>
    internal bool IsRemote { get; }

    /// <summary>Of <c>trivy image</c>; never a secret.</summary>
    internal IReadOnlyList<string> Arguments { get; }

    /// <summary>The <c>auths</c> of a Docker config.json (https://github.com/docker/cli/blob/v27.5.1/cli/config/types/authconfig.go).</summary>
    internal JsonObject Accounts { get; }

    /// <summary>What must not be repeated from what Trivy says.</summary>
    internal IReadOnlyList<string> Secrets { get; }

    /// <summary>An image of the registry that this control plane uses, with what is needed to pull from that repository and nothing more.</summary>
    public static async Task<TrivySource> OfAsync(IImageRegistry registry, string repository, Digest image, CancellationToken cancellationToken) => registry switch
    {
        OciLayout layout => Layout(layout.Root, image),
        RemoteRegistry remote => Remote(remote.PullReference(repository, image), await remote.GetPullCredentialAsync(repository, cancellationToken)),
        _ => throw new NotSupportedException($"Trivy cannot reach {registry.Name}."),
    };

    /// <summary>An image that the index of a layout lists.</summary>
    public static TrivySource Layout(string root, Digest image) => new(image, false, ["--input", $"{root}@{image}"], []);

    /// <summary>An image of a registry. Trivy speaks plain HTTP to loopback addresses by itself, and is told to do so to no other.</summary>
    /// <param name="reference"><c>HOST[:PORT]/REPOSITORY@DIGEST</c>.</param>
    public static TrivySource Remote(string reference, PullCredential credential)
    {
        string[] arguments = ["--image-src", "remote", reference];
        var image = Digest.Parse(reference[(reference.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        if (credential.Token is { } token)
            return new(image, true, arguments, Account("registrytoken", token), token);
        if (credential.Username is not { } username)
            return new(image, true, arguments, []);
        return new(image, true, arguments, Account("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{credential.Password}"))), credential.Password ?? "");

        JsonObject Account(string kind, string value) => new() { [credential.Registry] = new JsonObject { [kind] = value } };
    }
}
