using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class DigestTests
{
    // FIPS 180-4 test vector of SHA-256("abc").
    private const string Abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void The_digest_of_content_is_its_sha256()
    {
        var digest = Digest.Of("abc"u8);

        Assert.Equal(Abc, digest.Value);
        Assert.Equal(Abc["sha256:".Length..], digest.Hex);
        Assert.Equal(Abc, digest.ToString());
        Assert.Equal(digest, Digest.FromHash(SHA256.HashData("abc"u8)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    [InlineData("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(" " + Abc)]
    [InlineData(Abc + "\n")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/pass")]
    public void Anything_but_the_canonical_form_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Digest.Parse(text));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Digest>(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void Nothing_is_no_digest() => Assert.False(Digest.TryParse(null, out _));

    [Fact]
    public void Every_digest_survives_text_and_json() => Prop.ForAll<byte[]>(content =>
    {
        var digest = Digest.Of(content);
        return Digest.Parse(digest.Value) == digest && JsonSerializer.Deserialize<Digest>(JsonSerializer.Serialize(digest)) == digest;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_parses_is_its_own_text() => Prop.ForAll<string>(text =>
        !Digest.TryParse(text, out var digest) || digest.Value == text).QuickCheckThrowOnFailure();

    [Fact]
    public void Other_content_has_another_digest() =>
        Assert.NotEqual(Digest.Of(Encoding.UTF8.GetBytes("abc")), Digest.Of(Encoding.UTF8.GetBytes("abd")));
}
