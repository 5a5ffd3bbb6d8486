namespace MultiAgentInfra.Clients.Artifacts;

/// <summary>Artifacts as files of one folder, which nobody else may read; the folder has one process that writes.</summary>
public sealed class FolderArtifactStore : IArtifactStore
{
    private const int CopyBytes = 128 * 1024;

    private readonly string _folder;
    private readonly string _incoming;

    /// <summary>Makes the folder, and removes what an earlier life has not finished writing.</summary>
    public FolderArtifactStore(string folder)
    {
        (_folder, _incoming) = (folder, Path.Combine(folder, ".incoming"));
        PrivateFiles.CreateFolder(_folder, PrivateFiles.OwnerOnlyFolder);
        if (Directory.Exists(_incoming))
            Directory.Delete(_incoming, recursive: true);
        PrivateFiles.CreateFolder(_incoming, PrivateFiles.OwnerOnlyFolder);
    }

    public async Task PutAsync(string name, string mediaType, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        // Moved into place when all of it is on the disk: nobody ever reads half of it.
        var draft = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            var file = PrivateFiles.OpenWrite(draft, FileMode.CreateNew, FileShare.None);
            await using (file.ConfigureAwait(false))
            {
                await content.CopyToAsync(file, CopyBytes, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
        }
        catch (FileNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        File.Delete(PathOf(name));
        return Task.CompletedTask;
    }

    private string PathOf(string name) => Path.Combine(_folder, ArtifactName.Require(name));
}
