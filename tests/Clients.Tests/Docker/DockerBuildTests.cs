using System.Collections.Concurrent;
using System.Net;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class DockerBuildTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_image_is_built_from_a_context_and_found_by_its_label_and_removed()
    {
        EngineFixture.Require();
        var lines = new ConcurrentQueue<string>();
        using var context = new SmallContext($"FROM {EngineFixture.Base}\nCOPY package.json /\nRUN echo one; echo two >&2\nCMD [\"true\"]\n");
        var build = context.Build("built");

        var id = await fixture.Client.BuildAsync(build, lines.Enqueue, CancellationToken.None);

        var found = Assert.Single(await fixture.Client.ListImagesAsync("test.key", "built", CancellationToken.None));
        Assert.Equal(id, found.Id);
        Assert.Equal([$"{build.Repository}:built"], found.RepoTags!);
        Assert.Empty(await fixture.Client.ListImagesAsync("test.key", "other", CancellationToken.None));
        Assert.Contains("one", lines);
        Assert.Contains("two", lines);
        Assert.Contains(lines, line => line.StartsWith("Successfully built", StringComparison.Ordinal));
        Assert.Equal(id, (await fixture.Client.FindImageAsync($"{build.Repository}:built", CancellationToken.None))!.Id);
        Assert.Equal(id, await fixture.Client.BuildAsync(build, _ => { }, CancellationToken.None));

        await fixture.Client.TagAsync(id, "other/name", "2", CancellationToken.None);
        await fixture.Client.RemoveImageAsync(id, CancellationToken.None);
        await fixture.Client.RemoveImageAsync(id, CancellationToken.None);
        Assert.Null(await fixture.Client.FindImageAsync("other/name:2", CancellationToken.None));
    }

    [Fact]
    public async Task Lines_come_while_the_build_runs_and_a_cancelled_build_is_over_on_the_engine_too()
    {
        EngineFixture.Require();
        using var cancel = new CancellationTokenSource();
        var seen = new TaskCompletionSource();
        using var context = new SmallContext($"FROM {EngineFixture.Base}\nRUN echo begun && sleep 600\n");
        var build = context.Build("cancelled");

        var running = fixture.Client.BuildAsync(build, line => _ = line != "begun" || seen.TrySetResult(), cancel.Token);
        await seen.Task.WaitAsync(Deadline, TimeProvider.System);
        Assert.NotEmpty(await SleepersAsync());
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Wait.UntilAsync("the end of the build's container", Deadline, async () => (await SleepersAsync()).Length == 0);
        Assert.Empty(await fixture.Client.ListImagesAsync("test.key", "cancelled", CancellationToken.None));
    }

    [Fact]
    public async Task A_build_that_fails_says_so_though_its_answer_began_well()
    {
        EngineFixture.Require();
        using var context = new SmallContext($"FROM {EngineFixture.Base}\nRUN echo why && false\n");
        var build = context.Build("broken");
        var lines = new ConcurrentQueue<string>();

        var error = await Assert.ThrowsAsync<ApiException>(() => fixture.Client.BuildAsync(build, lines.Enqueue, CancellationToken.None));

        Assert.Equal(HttpStatusCode.OK, error.Status);
        Assert.Contains("returned a non-zero code: 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("why", lines);
    }

    [Fact]
    public async Task A_Dockerfile_that_is_none_is_refused_with_the_engines_words()
    {
        EngineFixture.Require();
        using var context = new SmallContext("FROM\n");

        var error = await Assert.ThrowsAsync<ApiException>(() => fixture.Client.BuildAsync(context.Build("refused"), _ => { }, CancellationToken.None));

        Assert.Equal(HttpStatusCode.BadRequest, error.Status);
        Assert.Contains("FROM requires", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_the_newest_that_both_speak()
    {
        EngineFixture.Require();
        var engine = Version.Parse(await fixture.Engine.RunAsync("version", "--format", "{{.Server.APIVersion}}"));

        Assert.Equal(engine < DockerTransport.Newest ? engine : DockerTransport.Newest, await fixture.Client.GetVersionAsync(CancellationToken.None));
    }

    private async Task<string[]> SleepersAsync() =>
        (await fixture.Engine.RunAsync("ps", "--all", "--no-trunc", "--format", "{{.Command}}")).Split('\n').Where(line => line.Contains("sleep 600", StringComparison.Ordinal)).ToArray();
}
