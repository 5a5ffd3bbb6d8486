using System.Formats.Tar;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>A base image of nothing but a shell.</summary>
internal static class SmallImage
{
    private static readonly string[] Applets = ["sh", "echo", "sleep", "mkdir", "chown", "cat", "false", "true"];

    public static Task<string> ImportAsync(DockerEngine engine, string name) => engine.ImportAsync(name, WriteAsync, "ENV PATH=/bin", "CMD [\"/bin/sh\"]");

    private static async Task WriteAsync(Stream stream)
    {
        const UnixFileMode executable = (UnixFileMode)0b111_101_101;
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "bin") { Mode = executable });
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "busybox")).First(File.Exists);
        await using (var content = File.OpenRead(path))
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = executable, DataStream = content });
        foreach (var applet in Applets)
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
    }
}
