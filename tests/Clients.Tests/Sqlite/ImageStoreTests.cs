using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class ImageStoreTests : IDisposable
{
    private static readonly Digest Runtime = Digest.Of("runtime"u8);

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task An_agent_image_is_found_by_its_owner_only()
    {
        var (alice, bob) = ((await _store.CreateAsync()).Agent, (await _store.CreateAsync("bob")).Agent);
        var image = AgentImage(alice, 1, "image");
        await _store.Images.RecordAsync(image, Token);

        Assert.Equal(new(image, _store.Clock.Now, _store.Clock.Now, null), await _store.Images.FindAsync(alice.OrganizationId, image.Digest, Token));
        Assert.Null(await _store.Images.FindAsync(bob.OrganizationId, image.Digest, Token));
        Assert.Null(await _store.Images.FindAsync(alice.OrganizationId, Digest.Of("unknown"u8), Token));
    }

    [Fact]
    public async Task A_runtime_image_is_found_by_those_whose_agent_images_stand_on_it()
    {
        var (alice, bob) = ((await _store.CreateAsync()).Agent, (await _store.CreateAsync("bob")).Agent);
        await _store.Images.RecordAsync(new("quarantine/runtime", Runtime, ImageKind.Quarantined, null, 7), Token);
        await _store.Images.RecordAsync(AgentImage(alice, 1, "image"), Token);
        Assert.Null(await _store.Images.FindAsync(alice.OrganizationId, Runtime, Token));

        await _store.Images.RecordAsync(new("runtime", Runtime, ImageKind.Runtime, "key", 7), Token);

        Assert.Equal(ImageKind.Runtime, (await _store.Images.FindAsync(alice.OrganizationId, Runtime, Token))!.Image.Kind);
        Assert.Null(await _store.Images.FindAsync(bob.OrganizationId, Runtime, Token));
    }

    [Fact]
    public async Task An_image_that_is_recorded_again_keeps_its_age()
    {
        var agent = (await _store.CreateAsync()).Agent;
        var image = AgentImage(agent, 1, "image");
        await _store.Images.RecordAsync(image, Token);
        var first = _store.Clock.Now;
        _store.Clock.Now += TimeSpan.FromHours(1);

        await _store.Images.RecordAsync(image with { Size = 2 }, Token);

        var page = await _store.Images.ListAsync(agent.OrganizationId, null, 10, Token);
        Assert.Equal([new(image with { Size = 2 }, first, _store.Clock.Now, null)], page!.Images);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_pages_of_a_list_hold_every_image_of_the_owner_once_and_the_newest_first(bool atOneTime)
    {
        var (alice, bob) = ((await _store.CreateAsync()).Agent, (await _store.CreateAsync("bob")).Agent);
        await _store.Images.RecordAsync(new("runtime", Runtime, ImageKind.Runtime, "key", 7), Token);
        for (var revision = 1; revision <= 5; revision++)
        {
            _store.Clock.Now += atOneTime ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
            await _store.Images.RecordAsync(AgentImage(alice, revision, $"alice {revision}"), Token);
            await _store.Images.RecordAsync(AgentImage(bob, revision, $"bob {revision}"), Token);
        }

        var images = new List<StoredImage>();
        string? cursor = null;
        do
        {
            var page = await _store.Images.ListAsync(alice.OrganizationId, cursor, 4, Token);
            images.AddRange(page!.Images);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(6, images.Select(image => image.Image.Digest).Distinct().Count());
        Assert.Equal(6, images.Count);
        Assert.Equal(images.OrderByDescending(image => image.CreatedAt).ThenByDescending(image => image.Image.Digest.Value, StringComparer.Ordinal), images);
        Assert.All(images, image => Assert.NotEqual(bob.OrganizationId, image.Image.OrganizationId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000000000000000000z")]
    public async Task A_cursor_that_was_never_given_is_refused(string cursor)
    {
        Assert.Null(await _store.Images.ListAsync(await _store.OrganizationAsync(), cursor, 4, Token));
    }

    private static PushedImage AgentImage(Agent agent, int revision, string content) => new(
        $"agents/{agent.OrganizationId}",
        Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)),
        ImageKind.Agent,
        $"{agent.Id}-{revision}",
        1,
        Runtime,
        null,
        agent.OrganizationId,
        agent.Id,
        revision);
}
