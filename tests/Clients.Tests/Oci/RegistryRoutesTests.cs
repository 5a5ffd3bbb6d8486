using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class RegistryRoutesTests
{
    private static readonly Digest Some = Digest.Parse($"sha256:{new string('a', 64)}");

    private readonly RegistryRoutes _routes = new(new("https://registry.example:5000"), "team/bots");

    [Fact]
    public void Every_address_and_scope_is_below_the_prefix()
    {
        Assert.Equal("https://registry.example:5000/v2/team/bots/runtime/manifests/v1", _routes.Manifest("runtime", "v1").AbsoluteUri);
        Assert.Equal($"https://registry.example:5000/v2/team/bots/runtime/blobs/{Some}", _routes.Blob("runtime", Some).AbsoluteUri);
        Assert.Equal(
            $"https://registry.example:5000/v2/team/bots/agents/a/blobs/uploads/?mount=sha256%3A{Some.Hex}&from=team%2Fbots%2Fruntime",
            _routes.Mount("agents/a", Some, "runtime").AbsoluteUri);
        Assert.Equal("repository:team/bots/runtime:pull,push", _routes.Push("runtime"));
        Assert.Equal("registry.example:5000", _routes.Host);
    }

    [Theory]
    [InlineData("https://registry.example/upload/1", "https://registry.example/upload/1?digest=sha256%3A")]
    [InlineData("https://registry.example/upload?state=a%2Fb", "https://registry.example/upload?state=a%2Fb&digest=sha256%3A")]
    public void A_location_keeps_its_query(string location, string finished) =>
        Assert.Equal(finished + Some.Hex, RegistryRoutes.Finish(new(location), Some).AbsoluteUri);
}
