using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>A layout and room for files, both gone after the test.</summary>
internal sealed class TemporaryLayout : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("layout-");

    public TemporaryLayout() => Layout = new OciLayout(PathOf("registry"), TimeProvider.System);

    public OciLayout Layout { get; }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A folder of a program, a text and a link as npm makes them.</summary>
    public string CreateApp(string name = "app")
    {
        var app = PathOf(name);
        Write(app, "package.json", """{"name":"x"}""");
        Write(app, "node_modules/tool/cli.js", "#!/usr/bin/env node\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write(app, $"node_modules/{new string('d', 90)}/{new string('f', 90)}.js", "long");
        Write(app, "node_modules/größe.txt", "umlaut");
        Write(app, "node_modules/large.bin", new string('x', 3 * 1024 * 1024) + Convert.ToBase64String(new byte[999]));
        Directory.CreateDirectory(Path.Combine(app, "node_modules/.bin"));
        File.CreateSymbolicLink(Path.Combine(app, "node_modules/.bin/tool"), "../tool/cli.js");
        return app;
    }

    public static void Write(string folder, string name, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    public void Dispose()
    {
        Layout.Dispose();
        _folder.Delete(recursive: true);
    }
}
