using System.Formats.Tar;
using System.Text;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>A base image of a shell, a Node.js that does nothing, and an npm that installs one file, or fails as npm does for a package that asks for it.</summary>
internal static class SmallImage
{
    private static readonly string[] Applets = ["sh", "echo", "sleep", "mkdir", "chown", "cat", "false", "true"];

    private const string Npm = """
        #!/bin/sh
        echo "npm $*"
        while read -r line; do
            case $line in
                *no-such-version*) echo "npm error code ETARGET" >&2; echo "npm error notarget No matching version found for x@no-such-version." >&2; exit 1 ;;
                *no-answer*) echo "npm error code ETIMEDOUT" >&2; exit 1 ;;
            esac
        done < package.json
        mkdir -p node_modules
        echo installed > node_modules/x
        """;

    // For health checks, all of which succeed.
    private const string Node = "#!/bin/sh\n";

    public static Task<string> ImportAsync(DockerEngine engine, string name) => ImportAsync(engine, name, "CMD [\"/bin/sh\"]");

    public static Task<string> ImportAsync(DockerEngine engine, string name, string command) => engine.ImportAsync(name, WriteAsync, "ENV PATH=/bin", command);

    private static async Task WriteAsync(Stream stream)
    {
        const UnixFileMode executable = (UnixFileMode)0b111_101_101;
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "bin") { Mode = executable });
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "busybox")).First(File.Exists);
        await using (var content = File.OpenRead(path))
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = executable, DataStream = content });
        foreach (var (program, text) in new[] { ("npm", Npm), ("node", Node) })
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, $"bin/{program}") { Mode = executable, DataStream = content });
        }

        foreach (var applet in Applets)
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
    }
}
