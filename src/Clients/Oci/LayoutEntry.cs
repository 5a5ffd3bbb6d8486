using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>An entry of a layout's index, its name understood. One without a repository was made by another program and is left alone.</summary>
internal sealed record LayoutEntry(Descriptor Descriptor, string? Repository, string? Tag, Digest? Subject)
{
    public Digest Digest => Descriptor.Digest;

    public bool IsUntagged => Repository is not null && Tag is null;

    public static LayoutEntry Create(Descriptor manifest, string repository, string? tag, Digest? subject)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [tag is null ? ImageNames.RepositoryAnnotation : ImageNames.ReferenceAnnotation] =
                tag is null ? repository : ImageNames.Reference(repository, tag),
        };
        if (subject is not null)
            annotations[ImageNames.SubjectAnnotation] = subject.Value;
        return new(manifest with { Annotations = annotations }, repository, tag, subject);
    }

    public static LayoutEntry Read(Descriptor descriptor)
    {
        var subject = Digest.TryParse(descriptor.Annotations?.GetValueOrDefault(ImageNames.SubjectAnnotation), out var digest) ? digest : null;
        if (descriptor.Annotations?.GetValueOrDefault(ImageNames.ReferenceAnnotation) is not { } name)
            return new(descriptor, descriptor.Annotations?.GetValueOrDefault(ImageNames.RepositoryAnnotation), null, subject);
        var colon = name.LastIndexOf(':');
        return colon > 0 && ReferenceGrammar.IsRepository(name[..colon]) && ReferenceGrammar.IsTag(name[(colon + 1)..])
            ? new(descriptor, name[..colon], name[(colon + 1)..], subject)
            : new(descriptor, null, null, subject);
    }
}
