using System.Net.Http.Headers;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class RegistryChallengeTests
{
    [Theory]
    [InlineData("""Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push" """, "https://auth.example/token", "registry", "repository:a/b:pull,push")]
    [InlineData("""bearer Realm = "https://auth.example/token?a=b" , error="invalid_token" """, "https://auth.example/token?a=b", null, null)]
    [InlineData("""Bearer service=unquoted, realm="https://auth.example/\"x\\" """, "https://auth.example/%22x/", "unquoted", null)]
    [InlineData("""Basic realm="a", Bearer realm="https://auth.example/",service="s" """, "https://auth.example/", "s", null)]
    [InlineData("""Basic realm="a" """, null, null, null)]
    [InlineData("""Bearer realm="relative", Basic realm="a" """, null, null, null)]
    public void A_token_service_is_preferred_to_a_password(string header, string? realm, string? service, string? scope)
    {
        var challenge = RegistryChallenge.Choose(Parse(header));

        Assert.Equal((realm, service, scope), (challenge?.Realm?.AbsoluteUri, challenge?.Service, challenge?.Scope));
        Assert.NotNull(challenge);
    }

    [Theory]
    [InlineData("repository:a/b:push,pull", "repository:a/b:pull,push")]
    [InlineData("repository:host:5000/a:push,delete,pull registry:catalog:*", "repository:host:5000/a:delete,pull,push|registry:catalog:*")]
    [InlineData("odd", "odd")]
    [InlineData(null, "")]
    public void Actions_are_put_in_one_order(string? scope, string expected) =>
        Assert.Equal(expected, string.Join('|', new RegistryChallenge(null, null, scope).Scopes));

    [Theory]
    [InlineData("Negotiate")]
    [InlineData("Bearer")]
    [InlineData("""Bearer realm="https://user:password@auth.example/" """)]
    [InlineData("""Bearer realm="https://auth.example""")]
    public void What_cannot_be_met_is_no_challenge(string header) => Assert.Null(RegistryChallenge.Choose(Parse(header)));

    [Fact]
    public void Every_quoted_value_is_read_as_it_was_meant() => Prop
        .ForAll<NonNull<string>, NonNull<string>>((first, second) =>
        {
            var parameters = RegistryChallenge.Parse($"realm={Quote(first.Get)}, service={Quote(second.Get)}");
            return parameters["realm"] == first.Get && parameters["service"] == second.Get;
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_breaks_the_reading() => Prop
        .ForAll<NonNull<string>>(text => RegistryChallenge.Parse(text.Get).Count >= 0 && RegistryChallenge.Parse($"a=\"{text.Get}").Count >= 0)
        .QuickCheckThrowOnFailure();

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static HttpHeaderValueCollection<AuthenticationHeaderValue> Parse(string header)
    {
        var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", header);
        return response.Headers.WwwAuthenticate;
    }
}
