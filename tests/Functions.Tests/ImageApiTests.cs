using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class ImageApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_owner_sees_its_images_with_what_becomes_of_them_and_nobody_else_does()
    {
        var (agent, image) = await DeployedAsync(api, "owner");
        using var client = api.Client();

        var items = (await (await client.GetAsync("/api/images")).JsonAsync())["items"]!.AsArray();
        var stranger = await (await api.Client(Tokens.Of(Guid.NewGuid())).GetAsync("/api/images")).JsonAsync();

        var shown = items.Single(item => (string?)item!["digest"] == image.Digest.Value)!;
        Assert.Equal(("Agent", 1, 77), ((string?)shown["kind"], (int)shown["revision"]!, (long)shown["size"]!));
        Assert.Equal((image.Runtime!.Value, image.Tag), ((string?)shown["runtime"], (string?)shown["tag"]));
        Assert.Equal(("Keep", "It is the revision that the agent is to run."), ((string?)shown["retention"]!["action"], (string?)shown["retention"]!["reason"]));
        Assert.Equal(($"/api/images/{image.Digest}/scan", $"/api/agents/{agent.Id}"), ((string?)shown["links"]!["scan"], (string?)shown["links"]!["agent"]));
        Assert.Contains(items, item => (string?)item!["digest"] == image.Runtime.Value && (string?)item["kind"] == "Runtime");
        Assert.Empty(stranger["items"]!.AsArray());
    }

    [Fact]
    public async Task The_list_comes_in_pages_and_refuses_a_cursor_that_is_none()
    {
        await DeployedAsync(api, "first");
        await DeployedAsync(api, "second");
        using var client = api.Client();

        var first = await (await client.GetAsync("/api/images?limit=1")).JsonAsync();
        var second = await (await client.GetAsync($"/api/images?limit=1&cursor={first["nextCursor"]}")).JsonAsync();

        Assert.NotEqual((string?)first["items"]![0]!["digest"], (string?)second["items"]![0]!["digest"]);
        await (await client.GetAsync("/api/images?cursor=x")).ProblemAsync(400, "invalid-parameter");
        await (await client.GetAsync("/api/images?limit=101")).ProblemAsync(400, "invalid-parameter");
    }

    /// <summary>An agent of the fixture's owner, with an image on record that stands on a runtime image.</summary>
    internal static async Task<(Agent Agent, PushedImage Image)> DeployedAsync(ApiFixture api, string content)
    {
        var posted = await api.PostAsync();
        var agent = (await api.Get<AgentStore>().FindAsync(Guid.Parse((string)posted["agentId"]!), default))!;
        var runtime = new PushedImage("runtime", Digest.Of("runtime"u8), ImageKind.Runtime, new string('a', 64), 1000, RuntimeKey: new string('a', 64));
        var image = new PushedImage(
            $"agents/{agent.OrganizationId}", Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{agent.Id} {content}")), ImageKind.Agent, $"{agent.Id}-1", 77, runtime.Digest,
            null, agent.OrganizationId, agent.Id, 1);
        await api.Get<ImageStore>().RecordAsync(runtime, default);
        await api.Get<ImageStore>().RecordAsync(image, default);
        return (agent, image);
    }
}
