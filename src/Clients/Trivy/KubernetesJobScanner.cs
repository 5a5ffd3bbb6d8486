using System.Text.Json;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Scans images where there is no Trivy beside the control plane: as a Job on a cluster, which is found again by its name whatever happened to
/// the control plane meanwhile. The Job gets the credential that pulls its image, for as long as that is good, and nothing else.</summary>
public sealed class KubernetesJobScanner(KubernetesClient client, ScanJobSettings settings, TrivyOptions options, TimeProvider time) : IImageScanner
{
    /// <summary>Between two looks at a Job.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int MostLogBytes = 16 * 1024 * 1024;

    public async Task<ScanResult> ScanAsync(TrivySource source, CancellationToken cancellationToken)
    {
        if (!source.IsRemote)
            return ScanResult.NotScanned("A scan on a cluster needs an image registry that the cluster can reach.");
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var seen = new Progress();
        try
        {
            return await RunAsync(source, seen, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ScanResult.NotScanned($"The scan on {client.Name} did not finish within {options.Timeout}: {seen.Words}.");
        }
        catch (ApiException exception)
        {
            return ScanResult.NotScanned(SecretRedactor.Redact(exception.Message, source.Secrets));
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            return ScanResult.NotScanned($"The report in the log of the Job {ScanJobManifest.Name(source.Image)} on {client.Name} cannot be read: {exception.Message}.");
        }
    }

    private async Task<ScanResult> RunAsync(TrivySource source, Progress seen, CancellationToken cancellationToken)
    {
        foreach (var item in ScanJobManifest.Surroundings(settings))
            await client.CreateAsync(item, cancellationToken: cancellationToken);
        while (true)
        {
            var (job, made) = await EnsureAsync(source, cancellationToken);
            var secret = ScanJobManifest.Secret(source, job.Metadata);
            if (!IsOver(job) && !await client.CreateAsync(secret, source.Secrets, cancellationToken: cancellationToken))
                await client.ReplaceAsync(secret, source.Secrets, cancellationToken);
            var log = await FollowAsync(source.Image, seen, cancellationToken);
            await ForgetAsync(source.Image, cancellationToken);
            // The beginning of the log of a Job that another control plane began may be gone.
            if (log.IsWhole || log.Failure is not null || made)
                return Judge(log, source, seen);
        }
    }

    /// <summary>The Job of the image, made here or before. One that failed before is no answer to this question.</summary>
    private async Task<(KubernetesJob Job, bool Made)> EnsureAsync(TrivySource source, CancellationToken cancellationToken)
    {
        var made = false;
        while (true)
        {
            var job = await FindAsync(source.Image, cancellationToken);
            if (job is null)
                made |= await client.CreateAsync(ScanJobManifest.Job(source, settings, options), cancellationToken: cancellationToken);
            else if (job.Metadata.DeletionTimestamp is not null)
                await Task.Delay(Pause, time, cancellationToken);
            else if (job.HasFailed && !made)
                await client.DeleteAsync(KubernetesKind.Job, job.Metadata, cancellationToken: cancellationToken);
            else
                return (job, made);
        }
    }

    /// <summary>Reads the log until it is whole, or nothing more will come.</summary>
    private async Task<ScanJobLog> FollowAsync(Digest image, Progress seen, CancellationToken cancellationToken)
    {
        var log = new ScanJobLog();
        var pod = "";
        while (true)
        {
            // Asked before the log, so that all of it is there when the Job was over.
            var job = await FindAsync(image, cancellationToken);
            var pods = await client.ListAsync<KubernetesPod>(
                KubernetesKind.Pod, ScanJobManifest.Namespace, $"job-name={ScanJobManifest.Name(image)}", cancellationToken: cancellationToken);
            if (pods.MaxBy(found => found.Metadata.CreationTimestamp) is { } newest)
            {
                if (pod != newest.Metadata.Uid)
                    (pod, log) = (newest.Metadata.Uid, new());
                log.Add(await client.ReadLogAsync(
                    newest.Metadata, log.Time, limitBytes: MostLogBytes, container: ScanJobManifest.Container, cancellationToken: cancellationToken));
                seen.Words = WordsOf(newest);
            }

            if (log.IsWhole || log.Failure is not null || job is null || IsOver(job))
            {
                if (job is { HasFailed: true })
                    seen.Words = $"{FailureOf(job)}; {seen.Words}";
                return log;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>The credential first.</summary>
    private async Task ForgetAsync(Digest image, CancellationToken cancellationToken)
    {
        var name = ScanJobManifest.Name(image);
        if (await client.FindAsync<KubernetesObject>(KubernetesKind.Secret, ScanJobManifest.Namespace, name, cancellationToken) is { } secret)
            await client.DeleteAsync(KubernetesKind.Secret, secret.Metadata, cancellationToken: cancellationToken);
        if (await FindAsync(image, cancellationToken) is { } job)
            await client.DeleteAsync(KubernetesKind.Job, job.Metadata, cancellationToken: cancellationToken);
    }

    private ScanResult Judge(ScanJobLog log, TrivySource source, Progress seen)
    {
        if (log.Failure is { } failure)
            return ScanResult.NotScanned(SecretRedactor.Redact(failure, source.Secrets));
        if (!log.IsWhole)
            return ScanResult.NotScanned($"The scan on {client.Name} left no whole report: {seen.Words}.");
        var (version, report) = log.Open();
        return version.IsAccepted
            ? ScanResult.Of(report.Normalize(version, time.GetUtcNow()))
            : ScanResult.NotScanned($"Trivy {version.Version} is not accepted: {TrivyVersion.Accepted}.");
    }

    private Task<KubernetesJob?> FindAsync(Digest image, CancellationToken cancellationToken) =>
        client.FindAsync<KubernetesJob>(KubernetesKind.Job, ScanJobManifest.Namespace, ScanJobManifest.Name(image), cancellationToken);

    private static bool IsOver(KubernetesJob job) => job.HasSucceeded || job.HasFailed;

    private static string FailureOf(KubernetesJob job)
    {
        var failed = job.Status!.Conditions!.First(condition => condition.Type == "Failed");
        return $"the Job failed, {failed.Message ?? failed.Reason}";
    }

    private static string WordsOf(KubernetesPod pod)
    {
        var state = pod.Status.ContainerStatuses?.FirstOrDefault(container => container.Name == ScanJobManifest.Container)?.State;
        return state?.Waiting is { } waiting ? $"its container waits, {waiting.Reason} {waiting.Message}".TrimEnd()
            : state?.Terminated is { } ended ? $"its container ended with {ended.ExitCode}, {ended.Reason}"
            : pod.Condition("PodScheduled") is { Status: "False" } unscheduled ? $"it has no node, {unscheduled.Message}"
            : $"its pod is {pod.Status.Phase}";
    }

    private sealed class Progress
    {
        public string Words { get; set; } = "its pod was not seen";
    }
}
