using System.Formats.Tar;
using System.Text;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>A base image with a Node.js that only plays an agent: <c>WAY</c> in its environment says which, by the cause that a user reads of it.</summary>
internal static class ScriptedNode
{
    // The second line is for the engine's check.
    private const string Node = """
        #!/bin/busybox sh
        export PATH=/bin
        if [ "$1" = -e ]; then [ -e /tmp/ready ]; exit; fi
        case $WAY in
        CrashLoop) for i in $(busybox seq 1 150); do echo "line $i"; done; echo "the key does not fit"; exit 3 ;;
        OutOfMemory) exec busybox tail /dev/zero ;;
        ProbeFailed) ;;
        *) echo > /tmp/ready ;;
        esac
        echo "started for $WAY"
        trap 'exit 0' TERM
        while true; do busybox sleep 1 & wait $!; done
        """;

    public static Task ImportAsync(DockerEngine engine, string name) => engine.ImportAsync(name, WriteAsync, "ENV PATH=/bin");

    private static async Task WriteAsync(Stream stream)
    {
        const UnixFileMode executable = (UnixFileMode)0b111_101_101;
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "bin") { Mode = executable });
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "busybox")).First(File.Exists);
        await using var busybox = File.OpenRead(path);
        using var node = new MemoryStream(Encoding.UTF8.GetBytes(Node));
        foreach (var (program, content) in new[] { ("busybox", (Stream)busybox), ("node", node) })
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, $"bin/{program}") { Mode = executable, DataStream = content });
    }
}
