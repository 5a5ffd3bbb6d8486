using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Names of images as tools write them, with the registry's host, and the repositories that this system knows them by.</summary>
public static class RegistryNames
{
    /// <summary>Such as <c>registry.example:5000/team/quarantine/runtime</c>.</summary>
    public static string Full(RegistryOptions registry, string repository)
    {
        var routes = new RegistryRoutes(Origin(registry), registry.Prefix);
        return $"{routes.Host}/{routes.NameOf(repository)}";
    }

    /// <summary>The registry's part of a name: its host, and its port unless that is the scheme's own.</summary>
    public static string Host(RegistryOptions registry) => Origin(registry).Authority;

    /// <summary>The repository of an image in the registry, or in a folder when that is null; null when the name leads elsewhere.</summary>
    private static string? FindRepository(BaseImage image, RegistryOptions? registry)
    {
        var slash = image.Image.IndexOf('/', StringComparison.Ordinal);
        // https://github.com/distribution/reference: the first part is a host when it could be none but that.
        var hasHost = slash > 0 && (image.Image[..slash] == "localhost" || image.Image.AsSpan(0, slash).ContainsAny('.', ':'));
        var path = hasHost ? image.Image[(slash + 1)..] : image.Image;
        var repository = path.Split(':')[0];
        if (registry is null)
            return hasHost ? null : repository;
        if (!hasHost || image.Image[..slash] != Origin(registry).Authority)
            return null;
        if (registry.Prefix.Length == 0)
            return repository;
        return repository.StartsWith($"{registry.Prefix}/", StringComparison.Ordinal) ? repository[(registry.Prefix.Length + 1)..] : null;
    }

    /// <summary>The pinned image there; null when it is not pinned or leads elsewhere.</summary>
    public static ImageReference? Find(BaseImage image, RegistryOptions? registry) =>
        Digest.TryParse(image.Digest, out var digest) && FindRepository(image, registry) is { } repository ? new(repository, digest) : null;

    private static Uri Origin(RegistryOptions registry) =>
        RegistryAddress.TryParse(registry.Address ?? "") ?? throw new ArgumentException($"'{registry.Address}' is no registry's address.", nameof(registry));
}
