using System.Reflection;
using Microsoft.IdentityModel.Tokens;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions.Tests;

public sealed class AuthorizationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>What a stranger may use, and learn nothing of others: any other route is one to things that are somebody's.</summary>
    private static readonly string[] ForEverybody = ["CreateAgent", "ListClusters", "GetClusterHealth"];

    private static readonly Dictionary<string, object> Good = Tokens.Claims("6d5f4b9e-2a8a-4c38-9d4e-2f6f1a3f9a10");

    public static TheoryData<string, string, string> Routes => [.. Registered().Select(route => (route.Method, route.Path, route.Name))];

    public static TheoryData<string, string> BadTokens => new()
    {
        { "garbage", "not.a.token" },
        { "five parts", "e30.e30.e30.e30.e30" },
        { "no JSON", $"{Base64UrlEncoder.Encode("{")}.{Base64UrlEncoder.Encode("[]")}.x" },
        { "an unsigned number far out of range", Tokens.Make(Good.With("exp", 1e300), alg: "none") },
        { "an expiry that is no number", Tokens.Make(Good.With("exp", "never")) },
        { "an expiry out of range", Tokens.Make(Good.With("exp", 1e300)) },
        { "an expiry below zero", Tokens.Make(Good.With("exp", -1)) },
        { "a start that is no number", Tokens.Make(Good.With("nbf", new[] { 1 })) },
        { "a list of roles", Tokens.Make(Good.With("role", new[] { "authenticated" })) },
        { "an object as subject", Tokens.Make(Good.With("sub", new { id = "6d5f4b9e-2a8a-4c38-9d4e-2f6f1a3f9a10" })) },
        { "a subject in braces", Tokens.Make(Good.With("sub", "{6d5f4b9e-2a8a-4c38-9d4e-2f6f1a3f9a10}")) },
        { "an audience that is a number", Tokens.Make(Good.With("aud", 1)) },
        { "too long", Tokens.Make(Good.With("x", new string('x', 16 * 1024))) },
        { "empty parts", ".." },
        { "expired", Tokens.Make(Good.With("exp", Tokens.Seconds(-31))) },
        { "not valid yet", Tokens.Make(Good.With("nbf", Tokens.Seconds(60))) },
        { "without expiry", Tokens.Make(Good.Without("exp")) },
        { "alg none", Tokens.Make(Good, alg: "none") },
        { "alg HS512", Tokens.Make(Good, alg: "HS512") },
        { "another secret", Tokens.Make(Good, secret: "another secret that is long enough too") },
        { "another audience", Tokens.Make(Good.With("aud", "anon")) },
        { "no audience", Tokens.Make(Good.Without("aud")) },
        { "another issuer", Tokens.Make(Good.With("iss", "https://evil.example/auth/v1")) },
        { "anon key", Tokens.Make(Good.With("role", "anon").Without("sub")) },
        { "service key", Tokens.Make(Good.With("role", "service_role").Without("sub")) },
        { "service role with a subject", Tokens.Make(Good.With("role", "service_role")) },
        { "no role", Tokens.Make(Good.Without("role")) },
        { "no subject", Tokens.Make(Good.Without("sub")) },
        { "a subject that is no UUID", Tokens.Make(Good.With("sub", "admin")) },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Every_route_that_is_not_public_refuses_every_bad_token(string method, string path, string name)
    {
        foreach (var token in BadTokens.Select(row => row.Data.Item2).Prepend(null))
        {
            using var client = api.Client(token);
            using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), Fill(path)));
            if (IsPublic(name))
            {
                Assert.Equal(200, (int)response.StatusCode);
                continue;
            }

            await response.ProblemAsync(401, "unauthorized");
            var challenge = Assert.Single(response.Headers.WwwAuthenticate);
            Assert.Equal("Bearer", challenge.Scheme);
            Assert.Equal(token is not null, challenge.Parameter?.StartsWith("error=\"invalid_token\"", StringComparison.Ordinal) ?? false);
        }
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_is_refused_that_is(string kind, string token)
    {
        Assert.NotEmpty(kind);
        using var client = api.Client(token);
        await (await client.GetAsync("/api/agents")).ProblemAsync(401, "unauthorized");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Every_route_lets_the_owner_through_and_shows_a_stranger_nothing(string method, string path, string name)
    {
        var posted = await api.PostAsync();
        await api.PrintAsync(Guid.Parse((string)posted["operation"]!["id"]!));
        var image = await api.PushImageAsync(Guid.Parse((string)posted["agentId"]!));
        path = path.Replace("{digest}", image.Value, StringComparison.Ordinal);
        if (path.StartsWith("/api/clusters", StringComparison.Ordinal))
            path = path.Replace("{id}", "local", StringComparison.Ordinal);
        path = path.StartsWith("/api/operations", StringComparison.Ordinal)
            ? path.Replace("{id}", (string)posted["operation"]!["id"]!, StringComparison.Ordinal)
            : path.Replace("{id}", (string)posted["agentId"]!, StringComparison.Ordinal);
        path = path.Replace("{name}", "install.log", StringComparison.Ordinal);

        var stranger = await SendAsync(method, path, Tokens.Of(Guid.NewGuid()));
        var owner = await SendAsync(method, path, Tokens.Of(api.Owner));

        // The agent's deployment waits, so that nothing else is done to it.
        Assert.Contains((int)owner.StatusCode, name switch
        {
            "UpdateAgent" or "ScaleAgent" or "StopAgent" or "StartAgent" or "RestartAgent" => [409],
            "DrainCluster" => [403],
            _ => new[] { 200, 202 },
        });
        if (name is "ListAgents" or "ListImages")
            Assert.Empty((await stranger.JsonAsync())["items"]!.AsArray());
        else if (IsPublic(name) || ForEverybody.Contains(name))
            Assert.DoesNotContain((string)posted["agentId"]!, await stranger.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        else if (name == "DrainCluster")
            await stranger.ProblemAsync(403, "forbidden");
        else
            await stranger.ProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task An_audience_list_and_a_clock_that_is_half_a_minute_off_are_accepted()
    {
        using var client = api.Client(Tokens.Make(Good.With("aud", new[] { "other", "authenticated" }).With("exp", Tokens.Seconds(-20))));
        Assert.Equal(200, (int)(await client.GetAsync("/api/agents")).StatusCode);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("token")]
    public async Task An_authorization_header_of_another_form_is_refused(string header)
    {
        using var client = api.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        await (await client.GetAsync("/api/agents")).ProblemAsync(401, "unauthorized");
    }

    [Fact]
    public void Only_health_and_the_document_are_public() =>
        Assert.Equal(["GetLiveness", "GetOpenApi", "GetReadiness"], Registered().Select(route => route.Name).Where(IsPublic).Order());

    internal static IEnumerable<(string Method, string Path, string Name)> Registered() =>
        from type in typeof(AgentFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(attribute => attribute is not null)
        where function is not null && trigger is not null
        from verb in trigger.Methods!
        select (verb.ToUpperInvariant(), $"/api/{trigger.Route}", function.Name);

    private static bool IsPublic(string name) => typeof(AgentFunctions).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Any(method => method.GetCustomAttribute<FunctionAttribute>()?.Name == name && method.IsDefined(typeof(PublicFunctionAttribute)));

    private static string Fill(string path) => path
        .Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal)
        .Replace("{name}", "install.log", StringComparison.Ordinal)
        .Replace("{digest}", Digest.Of("image"u8).Value, StringComparison.Ordinal);

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string token)
    {
        using var client = api.Client(token);
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "DELETE" or "PUT")
            request.Headers.Add("If-Match", "*");
        if (path.EndsWith("/scale", StringComparison.Ordinal))
            request.Content = ApiFixture.Json("""{"replicas":2}""");
        else if (method == "PUT" || path == "/api/agents")
            request.Content = method == "GET" ? null : ApiFixture.Json(ApiFixture.Agent().ToJsonString());
        return await client.SendAsync(request);
    }
}
