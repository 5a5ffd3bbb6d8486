namespace MultiAgentInfra.Clients.Artifacts;

/// <summary>Keeps contents under names of 1 to 200 letters, digits, dots and hyphens, a letter or digit first; another name is an
/// <see cref="ArgumentException"/>. What the outside system refuses is an <see cref="ApiException"/>.</summary>
public interface IArtifactStore
{
    /// <summary>Puts all of the content under the name, or nothing. Safe to repeat; another content replaces the first.</summary>
    Task PutAsync(string name, string mediaType, Stream content, CancellationToken cancellationToken);

    /// <summary>The content, from its beginning, to be disposed; a reader limits by itself how much it takes.</summary>
    /// <returns>Null when there is none.</returns>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes the content; that there is none is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
