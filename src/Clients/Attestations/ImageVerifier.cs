using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Checks before a deployment that an image is what its digest says, and that one of the trusted keys has signed it.</summary>
public sealed class ImageVerifier(IImageRegistry registry, ImageKeys keys)
{
    private const int MostSignatures = 32;
    private const int LargestPayload = 16 * 1024;

    /// <returns>The image's manifest.</returns>
    /// <exception cref="NonRetryableException">The image must not be deployed; says what was found instead of a signature that counts.</exception>
    public async Task<OciManifest> VerifyAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = (await registry.GetManifestAsync(repository, image, cancellationToken)).ReadImage();
            await VerifySignatureAsync(repository, image, cancellationToken);
            return manifest;
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            throw new NonRetryableException($"The image {image} in {repository} is not deployed: {exception.Message}", exception);
        }
    }

    private async Task VerifySignatureAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var layer in (await ImageSignatures.ReadAsync(registry, repository, image, cancellationToken)).Take(MostSignatures))
        {
            if (await FindProblemAsync(repository, image, layer, cancellationToken) is not { } problem)
                return;
            problems.Add(problem);
        }

        throw new InvalidDataException(problems.Count == 0 ? "it is not signed." : $"no signature of it counts: {string.Join("; ", problems.Distinct())}.");
    }

    /// <returns>Null for a signature that counts.</returns>
    private async Task<string?> FindProblemAsync(string repository, Digest image, Descriptor layer, CancellationToken cancellationToken)
    {
        if (ImageSignatures.Of(layer) is not { } signature || layer.Size is < 0 or > LargestPayload)
            return "one is malformed";
        try
        {
            var payload = await ReadAsync(repository, layer, cancellationToken);
            if (!keys.Verify(payload, signature))
                return "one is of no trusted key, or what it was made over was changed";
            return SimpleSigning.Read(payload) is var signed && signed == image ? null : $"one is of another image, {signed}";
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            return $"one cannot be read: {exception.Message.TrimEnd('.')}";
        }
    }

    private async Task<byte[]> ReadAsync(string repository, Descriptor layer, CancellationToken cancellationToken)
    {
        await using var stream = await registry.OpenBlobAsync(repository, layer, cancellationToken);
        using var content = new MemoryStream((int)layer.Size);
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }
}
