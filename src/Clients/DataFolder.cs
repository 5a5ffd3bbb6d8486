using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients;

/// <summary>The one folder that holds all state of a control plane on this machine; all paths are absolute, and one process owns it.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream ownership)
    {
        Root = path;
        _lock = ownership;
    }

    public string Root { get; }
    public string ControlDatabase => Path.Combine(Root, "control.db");
    public string DurableDatabase => DurableDatabaseIn(Root);
    public string Keys => Path.Combine(Root, "keys");
    public string SecretsKey => Path.Combine(Keys, "secrets.key");
    public string DevelopmentJwtKey => Path.Combine(Keys, "development-jwt.key");
    public string ImageSigningKey => Path.Combine(Keys, "image-signing.key");
    public string FunctionKeys => Path.Combine(Keys, "function.keys");
    public string Registry => Path.Combine(Root, "registry");
    public string Uploads => Path.Combine(Registry, ".uploads");
    public string Builds => Path.Combine(Root, "builds");
    public string NpmCache => Path.Combine(Root, "npm-cache");
    public string Layers => Path.Combine(Root, "layers");
    public string Runtimes => Path.Combine(Root, "runtimes");
    public string Agents => Path.Combine(Root, "agents");
    public string Scans => Path.Combine(Root, "scans");
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>For a folder that is not open yet.</summary>
    public static string DurableDatabaseIn(string path) => Path.Combine(Path.GetFullPath(path), "durable.db");

    public string BuildOf(string pluginSetKey) => Path.Combine(Builds, pluginSetKey);

    public string RuntimeOf(Digest layer) => Path.Combine(Runtimes, layer.Hex);

    public string AgentOf(Guid agentId) => Path.Combine(Agents, agentId.ToString());

    /// <summary>Creates what is missing, with private modes, and owns the folder until it is disposed or the process ends.</summary>
    /// <exception cref="InvalidOperationException">Another process owns the folder.</exception>
    public static DataFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        CreateRoot(root);
        var folder = new DataFolder(root, Own(root));
        foreach (var owned in (string[])[folder.Keys, folder.Registry, folder.Builds, folder.Layers, folder.NpmCache, folder.Artifacts])
            PrivateFiles.CreateFolder(owned, PrivateFiles.OwnerOnlyFolder);
        // Each agent has its own uid: it must reach its folder and its runtime, and list neither parent.
        foreach (var traversed in (string[])[folder.Runtimes, folder.Agents])
            PrivateFiles.CreateFolder(traversed, PrivateFiles.TraversableFolder);
        // SQLite gives -wal and -shm the mode of the database, so that it is enough to create the database first.
        // The engine's lock is private too: whoever can open a file can lock it, and agents reach this folder.
        foreach (var database in (string[])[folder.ControlDatabase, folder.DurableDatabase, folder.DurableDatabase + ".lock"])
            PrivateFiles.OpenWrite(database, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
        return folder;
    }

    public void Dispose() => _lock.Dispose();

    private static void CreateRoot(string root)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(root))
        {
            PrivateFiles.CreateFolder(root, PrivateFiles.TraversableFolder);
            return;
        }
        // A folder that the user made may stay readable, but nobody else may put files into it.
        var mode = File.GetUnixFileMode(root);
        var wanted = (mode | PrivateFiles.TraversableFolder) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        if (mode != wanted)
            File.SetUnixFileMode(root, wanted);
    }

    private static FileStream Own(string root)
    {
        try
        {
            return PrivateFiles.OpenWrite(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new InvalidOperationException(
                $"The data folder {root} is in use by another process. Stop that process, or give this one its own folder with --data.", exception);
        }
    }
}
