using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>What a layout's index says at one moment; a change yields another one.</summary>
internal sealed class LayoutIndex(IReadOnlyList<LayoutEntry> entries)
{
    private readonly Lazy<Dictionary<(string Repository, string Tag), LayoutEntry>> _tagged = new(() =>
        entries.Where(e => e.Tag is not null).DistinctBy(e => (e.Repository, e.Tag)).ToDictionary(e => (e.Repository!, e.Tag!)));

    private readonly Lazy<Dictionary<(string Repository, Digest Digest), LayoutEntry>> _listed = new(() =>
        entries.Where(e => e.Repository is not null).DistinctBy(e => (e.Repository, e.Digest)).ToDictionary(e => (e.Repository!, e.Digest)));

    private readonly Lazy<ILookup<(string? Repository, Digest? Subject), LayoutEntry>> _referrers = new(() =>
        entries.Where(e => e.Subject is not null).DistinctBy(e => (e.Repository, e.Digest)).ToLookup(e => (e.Repository, e.Subject)));

    public IReadOnlyList<LayoutEntry> Entries => entries;

    public LayoutEntry? Find(string repository, string tag) => _tagged.Value.GetValueOrDefault((repository, tag));

    public LayoutEntry? Find(string repository, Digest digest) => _listed.Value.GetValueOrDefault((repository, digest));

    public IEnumerable<LayoutEntry> ReferrersOf(string repository, Digest subject) => _referrers.Value[(repository, subject)];

    /// <summary>Lists manifests without a name; one that is listed in its repository already stays as it is.</summary>
    public LayoutIndex With(IReadOnlyList<LayoutEntry> untagged)
    {
        var missing = untagged.Where(e => !IsListed(e)).DistinctBy(e => e.Digest).ToList();
        return missing.Count == 0 ? this : new([.. entries, .. missing]);
    }

    /// <summary>Gives a manifest a name. What had the name before can still be had by its digest.</summary>
    public LayoutIndex WithTagged(LayoutEntry tagged)
    {
        var former = entries.FirstOrDefault(e => e.Tag == tagged.Tag && e.Repository == tagged.Repository);
        if (former?.Digest == tagged.Digest && former.Descriptor.MediaType == tagged.Descriptor.MediaType)
            return this;
        var kept = new LayoutIndex([.. entries.Where(e => e != former && !(e.IsUntagged && IsSame(e, tagged)))]);
        if (former is not null && former.Digest != tagged.Digest)
            kept = kept.With([LayoutEntry.Create(former.Descriptor, former.Repository!, null, former.Subject)]);
        return new([.. kept.Entries, tagged]);
    }

    public LayoutIndex Without(Func<LayoutEntry, bool> isUnwanted) =>
        entries.Any(isUnwanted) ? new([.. entries.Where(e => !isUnwanted(e))]) : this;

    // The tables are made for readers: a change that comes with others would make them for nothing.
    private bool IsListed(LayoutEntry entry) => entries.Any(e => IsSame(e, entry));

    private static bool IsSame(LayoutEntry one, LayoutEntry other) => one.Digest == other.Digest && one.Repository == other.Repository;
}
