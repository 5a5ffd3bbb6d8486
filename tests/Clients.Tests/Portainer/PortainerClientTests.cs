using System.Net;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class PortainerClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2.19.0", "2.19.0")]
    [InlineData("2.33.1-rc2", "2.33.1")]
    [InlineData("3.0", "3.0")]
    public async Task A_version_from_2_19_on_is_taken(string said, string version)
    {
        await using var server = await WireServer.StartAsync(said);
        using var connection = server.Connect();

        Assert.Equal(Version.Parse(version), await Client(connection).GetVersionAsync(Token));
    }

    [Fact]
    public async Task An_older_Portainer_is_refused_before_anything_is_asked_of_it()
    {
        await using var server = await WireServer.StartAsync("2.18.4");
        using var connection = server.Connect();

        var refusal = await Assert.ThrowsAsync<NonRetryableException>(() => Client(connection).ListEnvironmentsAsync(Token));

        Assert.Equal($"Portainer at {new Uri(server.Address).Authority} is version 2.18.4, and 2.19 is the oldest that works: update Portainer.", refusal.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_is_no_Portainer_is_named()
    {
        await using var server = await WireServer.StartAsync("latest");
        using var connection = server.Connect();

        var error = await Assert.ThrowsAsync<ApiException>(() => Client(connection).GetVersionAsync(Token));

        Assert.Contains("is it a Portainer?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_the_only_credential_and_no_cookie_is_sent_back()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/endpoints", "[]");
        using var connection = server.Connect();

        await Client(connection).ListEnvironmentsAsync(Token);

        Assert.All(server.Requests, request =>
        {
            Assert.Equal(WireServer.Key, request.Headers["X-API-KEY"].ToString());
            Assert.False(request.Headers.ContainsKey("Authorization"));
            Assert.False(request.Headers.ContainsKey("Cookie"));
        });
    }

    [Fact]
    public async Task An_environment_has_its_type_its_status_and_its_capacity()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/endpoints", """
            [{"Id":2,"Name":"kube","Type":6,"Status":1,"Snapshots":[],"Kubernetes":{"Snapshots":[{"Time":1700000000,"KubernetesVersion":"v1.31.2","NodeCount":3,"TotalCPU":12,"TotalMemory":51539607552}]}},
             {"Id":3,"Name":"docker","Type":1,"Status":2,"Snapshots":[{"Time":1700000000,"DockerVersion":"28.1","TotalCPU":4,"TotalMemory":8589934592,"NodeCount":1}],"Kubernetes":{"Snapshots":null}}]
            """);
        using var connection = server.Connect();

        var environments = await Client(connection).ListEnvironmentsAsync(Token);

        Assert.Equal([(2, true, false, true), (3, false, true, false)], environments.Select(one => (one.Id, one.IsKubernetes, one.IsDocker, one.IsUp)));
        Assert.Equal(new EnvironmentSnapshot(1700000000, 3, 12, 51539607552, "v1.31.2", null), environments[0].Snapshot);
        Assert.Equal("28.1", environments[1].Snapshot!.DockerVersion);
    }

    [Fact]
    public async Task Portainers_own_words_are_in_the_error_without_the_key()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/stacks", $$"""{"message":"Unable to retrieve stacks","details":"Key {{WireServer.Key}} is odd"}""", 500);
        using var connection = server.Connect();

        var error = await Assert.ThrowsAsync<ApiException>(() => Client(connection).ListStacksAsync(Token));

        Assert.Equal($"GET {server.Address}/api/stacks answered 500 InternalServerError: Unable to retrieve stacks: Key *** is odd", error.Message);
        Assert.True(error.IsUnknown);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_unknown_outcome()
    {
        var server = await WireServer.StartAsync();
        using var connection = server.Connect();
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<ApiException>(() => Client(connection).ListStacksAsync(Token));

        Assert.Null(error.Status);
        Assert.True(error.IsUnknown);
    }

    [Fact]
    public async Task A_stack_is_updated_with_its_name_in_its_own_environment()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("PUT /api/stacks/7", "{}");
        using var connection = server.Connect();
        var stack = new PortainerStack(7, "agent-a", 3, 2, 1, "agents-b", null);

        Assert.True(await Client(connection).UpdateStackAsync(stack, "kind: X", Token));

        var (call, body, _) = server.Requests.Last();
        Assert.Equal("PUT /api/stacks/7?endpointId=2", call);
        Assert.Equal("""{"StackName":"agent-a","StackFileContent":"kind: X"}""", body);
        Assert.False(await Client(connection).UpdateStackAsync(stack with { Id = 8 }, "kind: X", Token));
        Assert.False(await Client(connection).DeleteStackAsync(stack with { Id = 8 }, Token));
    }

    [Fact]
    public async Task Namespaces_of_a_registry_are_given_as_the_whole_list()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/registries/5", """{"Id":5,"Name":"own","URL":"registry.example","RegistryAccesses":{"2":{"UserAccessPolicies":null,"Namespaces":["a"]}}}""");
        server.Answer("PUT /api/endpoints/2/registries/5", "", (int)HttpStatusCode.NoContent);
        using var connection = server.Connect();

        var registry = await Client(connection).FindRegistryAsync(5, Token);
        await Client(connection).SetRegistryNamespacesAsync(2, 5, [.. registry!.NamespacesOf(2), "b"], Token);

        Assert.Equal("""{"Namespaces":["a","b"]}""", server.Requests.Last().Body);
        Assert.Empty(registry.NamespacesOf(3));
        Assert.Null(await Client(connection).FindRegistryAsync(6, Token));
    }

    private static PortainerClient Client(PortainerConnection connection) => new(connection, TimeProvider.System);
}
