namespace MultiAgentInfra.Clients;

/// <summary>A secret that the operator keeps in a file of mode 600.</summary>
public static class SecretFile
{
    private const int MostBytes = 64 * 1024;

    /// <summary>What is wrong with it, as the end of a sentence; null when nothing is.</summary>
    public static string? Problem(string path)
    {
        if (!File.Exists(path))
            return "does not exist";
        if (!PrivateFiles.IsOwnerOnly(path))
            return "can be read by others; set its mode to 600";
        return new FileInfo(path).Length is 0 or > MostBytes || Read(path).Length == 0 ? "holds no secret" : null;
    }

    public static string Read(string path) => File.ReadAllText(path).Trim();
}
