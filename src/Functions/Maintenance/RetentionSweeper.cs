using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Marks the images that nobody wants, and deletes those that an earlier run has marked and nobody has wanted since. It touches only what
/// this control plane has recorded, by digest: a tag of somebody else keeps what it names.</summary>
public sealed partial class RetentionSweeper(ImageStore images, IImageRegistry registry, RetentionPolicy policy, ILogger<RetentionSweeper> logger)
{
    // A registry that is away, or that deletes nothing, need not be asked for every image.
    private const int MostFailures = 3;

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
        await DeleteAsync(doomed, judged, cancellationToken);
    }

    private async Task DeleteAsync(List<StoredImage> doomed, IReadOnlyList<ImageRetention> known, CancellationToken cancellationToken)
    {
        var failures = 0;
        foreach (var repository in doomed.GroupBy(image => image.Image.Repository))
        {
            var tags = new ForeignTags(registry, repository.Key, known.Select(image => image.Image.Image).Where(image => image.Repository == repository.Key));
            foreach (var image in repository)
            {
                if (failures == MostFailures)
                    return;
                try
                {
                    await DeleteAsync(image, await tags.ReadAsync(cancellationToken), cancellationToken);
                }
                catch (Exception exception) when (exception is ApiException or IOException or InvalidDataException)
                {
                    failures++;
                    Log.NotDeleted(logger, repository.Key, image.Image.Digest, exception.Message);
                }
            }
        }
    }

    private async Task DeleteAsync(StoredImage image, IReadOnlyDictionary<Digest, string> foreign, CancellationToken cancellationToken)
    {
        var (repository, digest) = (image.Image.Repository, image.Image.Digest);
        if (foreign.TryGetValue(digest, out var tag))
        {
            Log.Tagged(logger, repository, digest, tag);
            return;
        }

        if (!await images.BeginRemovalAsync(image, cancellationToken))
            return;
        // Before the image: interrupted here, it is one without a signature, which no deployment takes.
        foreach (var companion in await CompanionsAsync(repository, digest, cancellationToken))
        {
            if (!foreign.ContainsKey(companion))
                await registry.DeleteManifestAsync(repository, companion, cancellationToken);
        }

        await registry.DeleteManifestAsync(repository, digest, cancellationToken);
        await images.EndRemovalAsync(image, cancellationToken);
        Log.Deleted(logger, repository, digest);
    }

    /// <summary>What means nothing without the image: what refers to it, the list of that where the registry needs one, and its signatures.</summary>
    private async Task<IReadOnlyList<Digest>> CompanionsAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var companions = (await registry.ListReferrersAsync(repository, image, cancellationToken)).Select(referrer => referrer.Digest).ToList();
        foreach (var name in ImageNames.CompanionTags(image))
        {
            if (await registry.ResolveAsync(repository, name, cancellationToken) is { } found)
                companions.Add(found.Digest);
        }

        return companions;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Images: {kept} stay, {marked} are unwanted now and go at the next run unless somebody asks for them, {doomed} with {bytes} bytes go")]
        public static partial void Reviewed(ILogger logger, int kept, int marked, int doomed, long bytes);

        [LoggerMessage(2, LogLevel.Information, "Image {repository}@{digest} is unwanted: {reason}")]
        public static partial void Marked(ILogger logger, string repository, Digest digest, string reason);

        [LoggerMessage(3, LogLevel.Information, "Deleted the image {repository}@{digest}")]
        public static partial void Deleted(ILogger logger, string repository, Digest digest);

        [LoggerMessage(4, LogLevel.Information, "Image {repository}@{digest} stays, because somebody has tagged it as {tag}")]
        public static partial void Tagged(ILogger logger, string repository, Digest digest, string tag);

        [LoggerMessage(5, LogLevel.Warning, "Image {repository}@{digest} could not be deleted: {reason}")]
        public static partial void NotDeleted(ILogger logger, string repository, Digest digest, string reason);
    }
}
