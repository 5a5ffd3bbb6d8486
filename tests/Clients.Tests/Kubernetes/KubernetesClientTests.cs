using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Tests.Portainer;

namespace MultiAgentInfra.Clients.Tests.Kubernetes;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    private const string Root = "/api/endpoints/2/kubernetes/";

    private WireServer _server = null!;
    private PortainerConnection _connection = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private KubernetesClient Client => new(_connection.Kubernetes(2), TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _server = await WireServer.StartAsync();
        _connection = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        _server.Answer($"GET {Root}api/v1/pods", """{"kind":"PodList","metadata":{"resourceVersion":"9","continue":""},"items":[{"metadata":{"name":"p","namespace":"n","uid":"u"},"spec":{"containers":[]},"status":{"phase":"Pending"}}]}""");

        var pod = Assert.Single(await Client.ListAsync<KubernetesPod>(KubernetesKind.Pod, null, "a=b", cancellationToken: Token));

        Assert.Equal(("p", "n", "u", "Pending"), (pod.Metadata.Name, pod.Metadata.Namespace, pod.Metadata.Uid, pod.Status.Phase));
        Assert.Equal($"GET {Root}api/v1/pods?labelSelector=a%3Db&limit=500", _server.Requests.Last().Call);
    }

    [Fact]
    public async Task The_words_and_the_reason_of_a_Status_are_in_the_error_and_a_secret_is_not()
    {
        _server.Answer(
            $"POST {Root}api/v1/namespaces/n/secrets",
            """{"kind":"Status","status":"Failure","message":"secrets \"s\" is forbidden: canary-7f3a9 exceeded quota","reason":"Forbidden","details":{"name":"s"},"code":403}""",
            403);
        var secret = new ManifestObject(JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"}}""")!.AsObject());

        var error = await Assert.ThrowsAsync<ApiException>(() => Client.CreateAsync(secret, ["canary-7f3a9"], cancellationToken: Token));

        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden"), (error.Status, error.Reason));
        Assert.EndsWith("""secrets "s" is forbidden: *** exceeded quota""", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_already_or_not_there_any_more_is_no_failure()
    {
        _server.Answer($"POST {Root}api/v1/namespaces", """{"kind":"Status","reason":"AlreadyExists","message":"x"}""", 409);
        _server.Answer($"DELETE {Root}api/v1/namespaces/n/pods/p", """{"kind":"Status","reason":"Conflict","message":"the UID in the precondition differs"}""", 409);
        foreach (var call in new[] { $"GET {Root}apis/apps/v1/namespaces/n/statefulsets/s", $"PATCH {Root}apis/apps/v1/namespaces/n/statefulsets/s/scale" })
            _server.Answer(call, """{"kind":"Status","reason":"NotFound","message":"x"}""", 404);
        var space = new ManifestObject(JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}""")!.AsObject());
        var pod = new KubernetesMetadata("p", "n", "u-1", 1, null, null, null, null);

        Assert.False(await Client.CreateAsync(space, cancellationToken: Token));
        Assert.False(await Client.DeleteAsync(KubernetesKind.Pod, pod, graceSeconds: 0, cancellationToken: Token));
        Assert.Contains("""
            "preconditions":{"uid":"u-1"},"propagationPolicy":"Background","gracePeriodSeconds":1
            """, _server.Requests.Last().Body, StringComparison.Ordinal);
        Assert.False(await Client.ScaleAsync(KubernetesKind.StatefulSet, "n", "s", 0, Token));
        Assert.Equal("application/merge-patch+json", _server.Requests.Last().Headers.ContentType);
        Assert.Null(await Client.FindAsync<KubernetesObject>(KubernetesKind.StatefulSet, "n", "s", Token));
    }

    [Fact]
    public async Task A_log_ends_at_its_limit_and_a_container_that_has_not_begun_has_none()
    {
        var pod = new KubernetesMetadata("p", "n", "u", 1, null, null, null, null);
        _server.Answer($"GET {Root}api/v1/namespaces/n/pods/p/log", new string('x', 100_000));

        Assert.Equal(1000, (await Client.ReadLogAsync(pod, DateTimeOffset.UnixEpoch, 100, limitBytes: 1000, cancellationToken: Token)).Length);

        Assert.EndsWith("/log?container=agent&timestamps=true&sinceTime=1970-01-01T00%3A00%3A00Z&tailLines=100", _server.Requests.Last().Call, StringComparison.Ordinal);
        _server.Answer($"GET {Root}api/v1/namespaces/n/pods/p/log", """{"kind":"Status","reason":"BadRequest","message":"ContainerCreating"}""", 400);
        Assert.Equal("", await Client.ReadLogAsync(pod, cancellationToken: Token));
    }

    [Theory]
    [InlineData("250m", 0.25)]
    [InlineData("4", 4)]
    [InlineData("1e3", 1000)]
    [InlineData("512Mi", 536870912)]
    [InlineData("1.5Gi", 1610612736)]
    [InlineData("32941232Ki", 33731821568)]
    [InlineData("12345678n", 0.012345678)]
    [InlineData("2G", 2000000000)]
    public void A_quantity_is_read(string text, double amount) => Assert.Equal((decimal)amount, KubernetesAmount.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1mi")]
    [InlineData("Gi")]
    [InlineData("1 Gi")]
    [InlineData("9e99")]
    public void What_is_no_quantity_is_refused(string text) => Assert.Throws<FormatException>(() => KubernetesAmount.Parse(text));
}
