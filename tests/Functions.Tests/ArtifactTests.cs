using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class ArtifactTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_operation_links_its_artifacts_and_they_are_what_it_says()
    {
        var (_, operation) = await PostAsync();
        var report = Encoding.UTF8.GetBytes("""{"findings":[]}""");
        await api.Get<OperationArtifacts>().PutAsync(operation, "scan.json", "application/json", report, default);
        await api.PrintAsync(operation, "added 100 packages");
        using var client = api.Client();

        var body = JsonNode.Parse(await client.GetStringAsync($"/api/operations/{operation}"))!;
        Assert.Equal($"/api/operations/{operation}/log", (string?)body["links"]!["log"]);
        var artifacts = body["artifacts"]!.AsArray();
        Assert.Equal(["scan.json", "install.log"], artifacts.Select(artifact => (string)artifact!["name"]!));
        foreach (var artifact in artifacts)
        {
            using var response = await client.GetAsync((string)artifact!["url"]!);
            var content = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal((string)artifact["mediaType"]!, response.Content.Headers.ContentType!.ToString());
            Assert.Equal((string)artifact["digest"]!, Digest.Of(content).Value);
            Assert.Equal((long)artifact["size"]!, content.Length);
            Assert.Equal(("attachment", (string)artifact["name"]!), (response.Content.Headers.ContentDisposition!.DispositionType, response.Content.Headers.ContentDisposition.FileName));
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task Another_content_replaces_the_first_and_leaves_nothing_of_it()
    {
        var (_, operation) = await PostAsync();
        using var client = api.Client();
        var artifacts = api.Get<OperationArtifacts>();

        await artifacts.PutAsync(operation, "scan.json", "application/json", "[1]"u8.ToArray(), default);
        await artifacts.PutAsync(operation, "scan.json", "application/json", "[1]"u8.ToArray(), default);
        await artifacts.PutAsync(operation, "scan.json", "application/json", "[2]"u8.ToArray(), default);

        Assert.Equal("[2]", await client.GetStringAsync($"/api/operations/{operation}/artifacts/scan.json"));
        Assert.Single(Files(operation));
    }

    [Theory]
    [InlineData("none.log")]
    [InlineData("..%2f..%2fcontrol.db")]
    public async Task A_name_that_the_operation_does_not_have_is_not_found(string name)
    {
        var (_, operation) = await PostAsync();
        using var client = api.Client();

        Assert.Equal(404, (int)(await client.GetAsync($"/api/operations/{operation}/artifacts/{name}")).StatusCode);
    }

    [Fact]
    public async Task A_content_that_is_damaged_breaks_its_answer_off()
    {
        var (_, operation) = await PostAsync();
        await api.Get<OperationArtifacts>().PutAsync(operation, "scan.json", "application/json", new byte[200_000], default);
        using (var file = new FileStream(Assert.Single(Files(operation)), FileMode.Open))
        {
            file.Position = 150_000;
            file.WriteByte(1);
        }

        using var client = api.Client();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync($"/api/operations/{operation}/artifacts/scan.json"));
    }

    [Fact]
    public async Task A_content_that_is_lost_is_not_found()
    {
        var (_, operation) = await PostAsync();
        await api.Get<OperationArtifacts>().PutAsync(operation, "scan.json", "application/json", "[]"u8.ToArray(), default);
        File.Delete(Assert.Single(Files(operation)));

        using var client = api.Client();
        await (await client.GetAsync($"/api/operations/{operation}/artifacts/scan.json")).ProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task What_a_deleted_agent_has_left_goes_and_the_others_keep_theirs()
    {
        var (agent, operation) = await PostAsync();
        var (_, other) = await PostAsync();
        foreach (var id in new[] { operation, other })
            await api.PrintAsync(id, "canary-line");
        var agents = api.Get<AgentStore>();
        await api.Get<OperationStore>().StartAsync(operation, default);
        await agents.CompleteDeploymentAsync(operation, agent, Digest.Of("image"u8), null, default);
        var owner = (await agents.FindAsync(agent, default))!.OrganizationId;
        var deletion = Assert.IsType<DeletionResult.Accepted>(await agents.RequestDeletionAsync(owner, agent, null, default));

        await agents.CompleteDeletionAsync(deletion.Operation.Id, agent, default);
        await api.Get<OperationArtifacts>().RemoveOfDeletedAgentsAsync(default);
        await api.Get<OperationArtifacts>().RemoveOfDeletedAgentsAsync(default);

        Assert.Empty(await api.Get<OperationLogStore>().ReadAsync(operation, 0, 10, default));
        Assert.Empty(await api.Get<OperationArtifactStore>().ListAsync(operation, default));
        Assert.Empty(Files(operation));
        Assert.Equal(2, (await api.Get<OperationLogStore>().ReadAsync(other, 0, 10, default)).Count);
        Assert.Single(Files(other));
    }

    private string[] Files(Guid operation) => Directory.GetFiles(Path.Combine(api.Data, "artifacts"), $"{operation}*");

    private async Task<(Guid Agent, Guid Operation)> PostAsync()
    {
        var posted = await api.PostAsync();
        return (Guid.Parse((string)posted["agentId"]!), Guid.Parse((string)posted["operation"]!["id"]!));
    }
}
