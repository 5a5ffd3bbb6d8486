using System.Globalization;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>What housekeeping does with an image when it runs.</summary>
public enum RetentionAction
{
    Keep,

    /// <summary>It is unwanted for the first time: it stays for one more run.</summary>
    Mark,

    /// <summary>It was unwanted before, and still is.</summary>
    Delete,
}

/// <summary>What is to become of an image.</summary>
/// <param name="Reason">A sentence for people.</param>
public sealed record ImageRetention(StoredImage Image, RetentionAction Action, string Reason);

/// <summary>Decides which images stay: what agents run or are to run, their newest revisions, what those stand on, what is being built,
/// and what is young. It only decides, so that people can see beforehand what would happen.</summary>
public sealed class RetentionPolicy(RetentionOptions options, TimeProvider time)
{
    public IReadOnlyList<ImageRetention> Judge(ImageInventory inventory)
    {
        var current = CurrentImages(inventory.Images);
        var agents = inventory.Images.Where(image => image.Image.Kind == ImageKind.Agent)
            .Select(image => Decide(image, AgentReason(image, inventory, current[image.Image.AgentId!.Value]))).ToList();
        // What is only marked may be wanted again, and then needs what it stands on.
        var runtimes = agents.Where(image => image.Action != RetentionAction.Delete).Select(image => image.Image.Image.Runtime).ToHashSet();
        return
        [
            .. agents,
            .. inventory.Images.Where(image => image.Image.Kind != ImageKind.Agent)
                .Select(image => Decide(image, RuntimeReason(image, inventory.KeysInBuild, runtimes))),
        ];
    }

    /// <summary>Of each agent the revisions, the newest first, and of each revision the image that was pushed last.</summary>
    private static Dictionary<Guid, List<StoredImage>> CurrentImages(IReadOnlyList<StoredImage> images) =>
        images.Where(image => image.Image.Kind == ImageKind.Agent)
            .GroupBy(image => image.Image.AgentId!.Value)
            .ToDictionary(
                agent => agent.Key,
                agent => agent.GroupBy(image => image.Image.Revision).OrderByDescending(revision => revision.Key)
                    .Select(revision => revision.MaxBy(image => image.UsedAt)!).ToList());

    private (bool Wanted, string Reason) AgentReason(StoredImage image, ImageInventory inventory, List<StoredImage> current)
    {
        if (!inventory.Agents.TryGetValue(image.Image.AgentId!.Value, out var agent))
            return (false, "Its agent is deleted.");
        if (agent.Running == image.Image.Digest)
            return (true, "The agent runs it.");
        var place = current.IndexOf(image);
        if (place < 0)
            return (false, "Another image of the same revision has taken its place.");
        if (image.Image.Revision == agent.Revision)
            return (true, "It is the revision that the agent is to run.");
        return place < options.KeepRevisions
            ? (true, $"It is one of the agent's last {options.KeepRevisions} revisions.")
            : (false, $"It is none of the agent's last {options.KeepRevisions} revisions.");
    }

    private static (bool Wanted, string Reason) RuntimeReason(StoredImage image, IReadOnlySet<string> inBuild, HashSet<Digest?> runtimes)
    {
        if (image.Image.RuntimeKey is { } key && inBuild.Contains(key))
            return (true, "A deployment builds it.");
        if (image.Image.Kind == ImageKind.Quarantined)
            return (false, "No deployment waits for its verdict.");
        return runtimes.Contains(image.Image.Digest) ? (true, "Agent images stand on it.") : (false, "No agent image stands on it.");
    }

    private ImageRetention Decide(StoredImage image, (bool Wanted, string Reason) judged)
    {
        if (judged.Wanted)
            return new(image, RetentionAction.Keep, judged.Reason);
        if (image.UsedAt + options.MinimumAge > time.GetUtcNow())
            return new(image, RetentionAction.Keep, string.Create(CultureInfo.InvariantCulture, $"{judged.Reason} But it was used less than {options.MinimumAge.TotalHours:0.#} hours ago."));
        return new(image, image.UnwantedSince is null ? RetentionAction.Mark : RetentionAction.Delete, judged.Reason);
    }
}
