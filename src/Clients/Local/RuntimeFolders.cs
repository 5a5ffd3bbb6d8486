using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Local;

/// <summary>The unpacked runtime layers, one folder per digest, each unpacked once however many agents ask at the same time.</summary>
internal sealed class RuntimeFolders(string root, TimeProvider time) : IDisposable
{
    private const string Unfinished = ".unfinished";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _gate = new(1);

    public string Of(Digest layer) => Path.Combine(root, layer.Hex);

    public async Task UnpackOnceAsync(Digest layer, UnpackLayer unpack, CancellationToken cancellationToken)
    {
        var folder = Of(layer);
        if (Directory.Exists(folder))
            return;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Directory.CreateDirectory(root);
            // Another control plane on the same folders: the semaphore does not reach it.
            using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
            if (Directory.Exists(folder))
                return;
            var next = folder + Unfinished;
            if (Directory.Exists(next))
                Directory.Delete(next, recursive: true);
            Directory.CreateDirectory(next);
            Unix.SetMode(next, Unix.ReadableByAll);
            try
            {
                await unpack(next, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // The unpacker may have taken the folder away itself; that must not hide its reason.
                if (Directory.Exists(next))
                    Directory.Delete(next, recursive: true);
                throw;
            }
            Directory.Move(next, folder);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // Private, because whoever can open a file can lock it, and agents reach this folder.
                return PrivateFiles.OpenWrite(Path.Combine(root, ".lock"), FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
