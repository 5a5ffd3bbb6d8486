using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class BuildLogTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private readonly FakeClock _clock = new();

    public static TheoryData<string> Secrets => [ActivityStore.SecretValue, ActivityStore.ConfiguredSecret];

    [Fact]
    public async Task Lines_are_in_the_operation_a_moment_after_they_were_written_and_the_step_shows_the_newest()
    {
        using var store = await StartedAsync();
        await using var log = await OpenAsync(store);

        log.Write("added 100 packages");
        log.Write("added 200 packages");
        Assert.Empty(await ReadAsync(store));
        _clock.Advance(Latency);

        await Wait.UntilAsync("the lines", Deadline, async () => (await ReadAsync(store)).Count == 3);
        Assert.Equal(["--- install, attempt 1 ---", "added 100 packages", "added 200 packages"], (await ReadAsync(store)).Select(line => line.Text));
        Assert.Equal([1, 2, 3], (await ReadAsync(store)).Select(line => line.Sequence));
        Assert.Equal("added 200 packages", (await store.StepAsync("install")).Detail);
    }

    [Fact]
    public async Task A_thousand_lines_of_one_moment_are_one_commit()
    {
        var batches = new List<int>();
        var lines = new LogLines(new SecretRedactor([]), new OperationLogUse(0, 0), _clock);
        var log = new StepLog(lines, batch => Append(batch.Count), _ => Task.CompletedTask, _clock, NullLogger.Instance);

        for (var line = 0; line < 1000; line++)
            log.Write($"line {line}");
        _clock.Advance(Latency);
        await Wait.UntilAsync("the batch", Deadline, () => Task.FromResult(batches.Count > 0));
        await log.DisposeAsync();

        Assert.Equal([1000], batches);

        Task Append(int count)
        {
            batches.Add(count);
            return Task.CompletedTask;
        }
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task No_form_of_a_secret_is_in_the_log_or_in_its_artifact(string secret)
    {
        using var store = await StartedAsync();
        var forms = Forms(secret);

        var log = await OpenAsync(store);
        foreach (var form in forms)
            log.Write($"before {form} behind");
        log.Write($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret))}");
        log.Write($"coloured {secret[..8]}\e[31m{secret[8..]}\e[0m and cut {new string('x', LogLines.LongestLine - 20)}{secret}");
        await log.DisposeAsync();

        var shown = string.Join('\n', (await ReadAsync(store)).Select(line => line.Text)) + await ArtifactAsync(store) + (await store.StepAsync("install")).Detail;
        Assert.Equal(forms.Count * 2, shown.Split("before *** behind").Length - 1);
        Assert.Contains("coloured *** and cut xxx", shown, StringComparison.Ordinal);
        Assert.All(forms, form => Assert.DoesNotContain(form, shown, StringComparison.Ordinal));
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret))[12..^4], shown, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[..8], shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_step_begins_a_section_and_its_artifact_has_all_of_them()
    {
        using var store = await StartedAsync();
        await using (var log = await OpenAsync(store))
            log.Write("first");
        await store.Operations.BeginStepAsync(store.OperationId, "install", _clock.GetUtcNow(), CancellationToken.None);
        await using (var log = await OpenAsync(store))
            log.Write("second");

        Assert.Equal(["--- install, attempt 1 ---", "first", "--- install, attempt 2 ---", "second"], (await ReadAsync(store)).Select(line => line.Text));
        Assert.Equal(
            "2030-01-01T00:00:00.000Z --- install, attempt 1 ---\n2030-01-01T00:00:00.000Z first\n"
            + "2030-01-01T00:00:00.000Z --- install, attempt 2 ---\n2030-01-01T00:00:00.000Z second\n",
            await ArtifactAsync(store));
    }

    [Fact]
    public async Task A_step_that_prints_nothing_leaves_nothing()
    {
        using var store = await StartedAsync();
        await using (await OpenAsync(store))
            _clock.Advance(Latency);

        Assert.Empty(await ReadAsync(store));
        Assert.Empty(await store.ArtifactRows.ListAsync(store.OperationId, CancellationToken.None));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_its_log()
    {
        using var store = await StartedAsync();

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var log = await OpenAsync(store);
            log.Write("npm error code E404");
            throw new InvalidDataException("npm failed");
        });

        Assert.Contains("npm error code E404", await ArtifactAsync(store), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_kept_does_not_fail_its_step()
    {
        using var store = await StartedAsync();
        var log = await OpenAsync(store);
        log.Write("a line");
        Directory.Delete(store.Data.Artifacts, recursive: true);

        await log.DisposeAsync();

        Assert.Equal(2, (await ReadAsync(store)).Count);
        Assert.Empty(await store.ArtifactRows.ListAsync(store.OperationId, CancellationToken.None));
    }

    [Fact]
    public async Task The_log_of_an_operation_has_an_end_and_says_so_in_each_section()
    {
        using var store = await StartedAsync();
        await using (var log = await OpenAsync(store))
        {
            for (var line = 0; line < LogLines.MostLines + 500; line++)
                log.Write("x");
        }

        await using (var log = await OpenAsync(store))
            log.Write("no room");

        var lines = await ReadAsync(store);
        Assert.InRange(lines.Count, LogLines.MostLines, LogLines.MostLines + 5);
        Assert.Equal(2, lines.Count(line => line.Text.StartsWith("--- the log ends here: an operation keeps 10000 lines", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Text == "no room");
    }

    [Fact]
    public void Long_lines_are_cut_and_their_sum_is_bounded()
    {
        var lines = new LogLines(new SecretRedactor([]), new OperationLogUse(0, LogLines.MostCharacters - LogLines.LongestLine - 10), _clock);

        lines.Add(new string('a', 100_000));
        lines.Add("no more than ten");
        lines.Add("nothing");

        var taken = lines.Take();
        Assert.Equal((2, LogLines.LongestLine + 1), (taken.Count, taken[0].Text.Length));
        Assert.StartsWith("--- the log ends here", taken[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Controls_are_taken_out()
    {
        var lines = new LogLines(new SecretRedactor([]), new OperationLogUse(0, 0), _clock);

        lines.Add("tab\there, \e[1;31mcolour\e[0m, bell\a, zero\0 and carriage return\r");

        Assert.Equal("tab\there, colour, bell, zero and carriage return", Assert.Single(lines.Take()).Text);
    }

    private static IReadOnlyList<string> Forms(string secret) =>
    [
        secret,
        JsonSerializer.Serialize(secret).Trim('"'),
        secret.Replace("\"", "\\\"", StringComparison.Ordinal),
        Uri.EscapeDataString(secret),
        System.Net.WebUtility.UrlEncode(secret),
    ];

    private static Task<StepLog> OpenAsync(ActivityStore store) =>
        store.Log.OpenAsync(new InstallPackages(store.OperationId, "key", "{}", ""), CancellationToken.None);

    private static Task<IReadOnlyList<OperationLogLine>> ReadAsync(ActivityStore store) =>
        store.Lines.ReadAsync(store.OperationId, 0, int.MaxValue, CancellationToken.None);

    private static async Task<string> ArtifactAsync(ActivityStore store)
    {
        var artifact = Assert.Single(await store.ArtifactRows.ListAsync(store.OperationId, CancellationToken.None));
        Assert.Equal(("install.log", "text/plain; charset=utf-8"), (artifact.Name, artifact.MediaType));
        using var reader = new StreamReader((await store.Artifacts.OpenAsync(artifact, CancellationToken.None))!);
        return await reader.ReadToEndAsync(CancellationToken.None);
    }

    private async Task<ActivityStore> StartedAsync()
    {
        var store = await ActivityStore.CreateAsync(_clock);
        await store.Operations.BeginStepAsync(store.OperationId, "install", _clock.GetUtcNow(), CancellationToken.None);
        return store;
    }
}
