using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Marks the images that nobody wants, and deletes those that an earlier run has marked and nobody has wanted since. It touches only what
/// this control plane has recorded, by digest: a tag of somebody else keeps what it names.</summary>
public sealed partial class RetentionSweeper(
    ImageStore images, ImageEraser eraser, IImageRegistry registry, RetentionPolicy policy, ILogger<RetentionSweeper> logger)
{
    // A registry that is away, or that deletes nothing, need not be asked for every image.
    private const int MostFailures = 3;

    // Longer than any build, whose blobs are in the registry before the manifest that refers to them.
    private static readonly TimeSpan BlobGrace = TimeSpan.FromHours(6);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageRetention> judged = [];
        await images.MarkAsync(
            inventory =>
            {
                judged = policy.Judge(inventory);
                return [.. judged.Where(image => image.Action != RetentionAction.Keep).Select(image => image.Image)];
            },
            cancellationToken);
        var doomed = judged.Where(image => image.Action == RetentionAction.Delete).Select(image => image.Image).ToList();
        // Before anything is deleted, so that the log says what was about to happen.
        Log.Reviewed(logger, judged.Count(image => image.Action == RetentionAction.Keep), judged.Count(image => image.Action == RetentionAction.Mark), doomed.Count, doomed.Sum(image => image.Image.Size));
        foreach (var image in judged.Where(image => image.Action == RetentionAction.Mark))
            Log.Marked(logger, image.Image.Image.Repository, image.Image.Image.Digest, image.Reason);
        await DeleteAsync(doomed, cancellationToken);
        // A registry that is a server removes unused blobs itself.
        if (registry is OciLayout layout)
            await layout.CollectGarbageAsync(BlobGrace, cancellationToken);
    }

    private async Task DeleteAsync(List<StoredImage> doomed, CancellationToken cancellationToken)
    {
        var failures = 0;
        var foreign = new Dictionary<string, IReadOnlyDictionary<Digest, string>>();
        foreach (var image in doomed)
        {
            var (repository, digest) = (image.Image.Repository, image.Image.Digest);
            if (failures == MostFailures)
                return;
            try
            {
                if (!foreign.TryGetValue(repository, out var tags))
                    foreign[repository] = tags = await eraser.FindForeignTagsAsync(repository, cancellationToken);
                if (await eraser.EraseAsync(image, tags, cancellationToken))
                    Log.Deleted(logger, repository, digest);
                else
                    Log.Stays(logger, repository, digest, tags.TryGetValue(digest, out var tag) ? $"somebody has tagged it as {tag}" : "a deployment has asked for it");
            }
            catch (Exception exception) when (exception is ApiException or IOException or InvalidDataException)
            {
                failures++;
                Log.NotDeleted(logger, repository, digest, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Images: {kept} stay, {marked} are unwanted now and go at the next run unless somebody asks for them, {doomed} with {bytes} bytes go")]
        public static partial void Reviewed(ILogger logger, int kept, int marked, int doomed, long bytes);

        [LoggerMessage(2, LogLevel.Information, "Image {repository}@{digest} is unwanted: {reason}")]
        public static partial void Marked(ILogger logger, string repository, Digest digest, string reason);

        [LoggerMessage(3, LogLevel.Information, "Deleted the image {repository}@{digest}")]
        public static partial void Deleted(ILogger logger, string repository, Digest digest);

        [LoggerMessage(4, LogLevel.Information, "Image {repository}@{digest} stays, because {reason}")]
        public static partial void Stays(ILogger logger, string repository, Digest digest, string reason);

        [LoggerMessage(5, LogLevel.Warning, "Image {repository}@{digest} could not be deleted: {reason}")]
        public static partial void NotDeleted(ILogger logger, string repository, Digest digest, string reason);
    }
}
