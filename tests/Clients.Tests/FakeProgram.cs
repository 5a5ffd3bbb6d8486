namespace MultiAgentInfra.Clients.Tests;

/// <summary>A folder for the PATH that holds shell scripts in the place of real programs.</summary>
internal sealed class FakeProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("program-");

    public FakeProgram(string name, string script)
    {
        var path = PathOf(name);
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public Dictionary<string, string> Environment => new() { ["PATH"] = $"{_folder.FullName}:/usr/bin:/bin", ["HOME"] = _folder.FullName };

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
