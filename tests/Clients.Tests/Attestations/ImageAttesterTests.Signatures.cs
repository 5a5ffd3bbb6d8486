using System.Diagnostics;
using System.Text;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Attestations;

public abstract partial class ImageAttesterTests
{
    [Fact]
    [Trait("Needs", "Server")]
    public async Task Openssl_verifies_the_signature_of_the_image()
    {
        Requires.Program("openssl");
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);

        var layer = Assert.Single((await image.ReadSignaturesAsync(registry)).Layers);
        Assert.Equal("application/vnd.dev.cosign.simplesigning.v1+json", layer.MediaType);
        var payload = await image.ReadAsync(registry, layer);
        var signature = Convert.FromBase64String(layer.Annotations!["dev.cosignproject.cosign/signature"]);

        Assert.Contains($"\"docker-manifest-digest\":\"{image.Digest}\"", Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
        Assert.Equal("Verified OK", await OpensslAsync(payload, signature, _keys));
        Assert.Equal("Verification failure", await OpensslAsync([.. payload, (byte)' '], signature, _keys));
        Assert.Equal("Verification failure", await OpensslAsync(payload, signature, AttestedImage.NewKeys()));
    }

    [Theory]
    [Trait("Needs", "Server")]
    [InlineData("https://slsa.dev/provenance/v1")]
    [InlineData(VerdictStatement.PredicateType)]
    public async Task Openssl_verifies_what_is_said_of_the_image(string predicateType)
    {
        Requires.Program("openssl");
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);

        var envelope = await ReadEnvelopeAsync(registry, image, predicateType);
        var payload = Convert.FromBase64String((string)envelope["payload"]!);
        Assert.Equal("application/vnd.in-toto+json", (string?)envelope["payloadType"]);
        Assert.Equal(_keys.Signing.Public.Id, (string?)envelope["signatures"]![0]!["keyid"]);
        var signature = Convert.FromBase64String((string)envelope["signatures"]![0]!["sig"]!);

        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} "), .. payload];
        Assert.Equal("Verified OK", await OpensslAsync(signed, signature, _keys));
        Assert.Equal("Verification failure", await OpensslAsync(payload, signature, _keys));
    }

    [Fact]
    public async Task A_signed_image_is_verified()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);

        var manifest = await new ImageVerifier(registry, AttestedImage.NewKeys(_keys.Signing.Public)).VerifyAsync(_repository, image.Digest, None);

        Assert.Single(manifest.Layers);
    }

    [Fact]
    public async Task An_image_without_a_signature_that_counts_is_not_deployed()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await RefuseAsync(registry, image, "it is not signed.");

        await image.AttestAsync(registry, AttestedImage.NewKeys());
        await RefuseAsync(registry, image, "no signature of it counts: one is of no trusted key, or what it was made over was changed.");

        await registry.DeleteManifestAsync(_repository, image.Digest, None);
        await RefuseAsync(registry, image, $"The image registry has no content {image.Digest}.");
    }

    [Fact]
    public async Task A_signature_of_another_image_does_not_count()
    {
        var registry = await OpenAsync();
        var (image, other) = (await AttestedImage.CreateAsync(registry, _repository, "one"), await AttestedImage.CreateAsync(registry, _repository, "other"));
        await other.AttestAsync(registry, _keys);

        await PutSignaturesAsync(registry, image, await other.ReadSignaturesAsync(registry));

        await RefuseAsync(registry, image, $"no signature of it counts: one is of another image, {other.Digest}.");
    }

    [Fact]
    public async Task A_signature_over_another_text_does_not_count_even_if_the_text_names_the_image()
    {
        var registry = await OpenAsync();
        var (image, other) = (await AttestedImage.CreateAsync(registry, _repository, "one"), await AttestedImage.CreateAsync(registry, _repository, "other"));
        await other.AttestAsync(registry, _keys);
        var signatures = await other.ReadSignaturesAsync(registry);
        var payload = Encoding.UTF8.GetString(await other.ReadAsync(registry, signatures.Layers[0])).Replace(other.Digest.Value, image.Digest.Value, StringComparison.Ordinal);
        var forged = await registry.PutBlobAsync(_repository, Encoding.UTF8.GetBytes(payload), AttestationTypes.SimpleSigning, None);

        await PutSignaturesAsync(registry, image, signatures with { Layers = [forged with { Annotations = signatures.Layers[0].Annotations }] });

        await RefuseAsync(registry, image, "no signature of it counts: one is of no trusted key, or what it was made over was changed.");
    }

    [Fact]
    public async Task What_is_no_signature_at_all_is_said_to_be_malformed()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);
        var signatures = await image.ReadSignaturesAsync(registry);
        var layer = signatures.Layers[0];
        var text = await registry.PutBlobAsync(_repository, "no JSON"u8.ToArray(), AttestationTypes.SimpleSigning, None);
        Descriptor[] strange =
        [
            layer with { MediaType = MediaTypes.Layer },
            layer with { Annotations = null },
            layer with { Annotations = Signature("&&&") },
            text with { Annotations = Signature(Convert.ToBase64String(_keys.Signing.Sign("no JSON"u8))) },
        ];

        await PutSignaturesAsync(registry, image, signatures with { Layers = strange });
        await RefuseAsync(registry, image, "no signature of it counts: one is malformed; one cannot be read: ");

        // One that counts is enough.
        await PutSignaturesAsync(registry, image, signatures with { Layers = [.. strange, layer] });
        await new ImageVerifier(registry, _keys).VerifyAsync(_repository, image.Digest, None);

        static Dictionary<string, string> Signature(string value) => new() { [AttestationTypes.SignatureAnnotation] = value };
    }

    private async Task RefuseAsync(IImageRegistry registry, AttestedImage image, string reason)
    {
        var exception = await Assert.ThrowsAsync<NonRetryableException>(() => new ImageVerifier(registry, _keys).VerifyAsync(_repository, image.Digest, None));

        Assert.StartsWith($"The image {image.Digest} in {_repository} is not deployed: {reason}", exception.Message, StringComparison.Ordinal);
    }

    private static Task PutSignaturesAsync(IImageRegistry registry, AttestedImage image, OciManifest signatures) =>
        registry.PutManifestAsync(image.Repository, OciJson.Write(signatures), MediaTypes.Manifest, $"sha256-{image.Digest.Hex}.sig", None);

    private static async Task<string> OpensslAsync(byte[] content, byte[] signature, ImageKeys keys)
    {
        var folder = Directory.CreateTempSubdirectory("openssl-");
        try
        {
            string PathOf(string name) => Path.Combine(folder.FullName, name);
            await File.WriteAllBytesAsync(PathOf("content"), content);
            await File.WriteAllBytesAsync(PathOf("signature"), signature);
            await File.WriteAllTextAsync(PathOf("key.pub"), keys.Signing.Public.Pem);
            using var process = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", "-verify", PathOf("key.pub"), "-signature", PathOf("signature"), PathOf("content")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync(None);
            await process.StandardError.ReadToEndAsync(None);
            await process.WaitForExitAsync(None);
            return (await output).Trim();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
