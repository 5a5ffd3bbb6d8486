using System.Diagnostics;
using System.Formats.Tar;
using System.Text;

namespace MultiAgentInfra.TestSupport;

/// <summary>A base image that is made of this machine's Node.js, since none can be pulled: node, npm, the libraries they need, busybox for
/// everything else, a user "node", and this machine's npm settings, so that a build reaches what this machine reaches.</summary>
public static class NodeImage
{
    private const string ExtraCertificates = "/etc/ssl/certs/extra.pem";
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    private static readonly string? Certificates = Environment.GetEnvironmentVariable("NODE_EXTRA_CA_CERTS") is { Length: > 0 } file && File.Exists(file) ? file : null;

    /// <summary>Imports the image; the test is skipped where Node.js or busybox is missing.</summary>
    public static Task<string> ImportAsync(DockerEngine engine, string name)
    {
        Requires.Program("npm");
        Requires.Program("busybox");
        List<string> changes = ["ENV PATH=/usr/bin:/bin", "CMD [\"node\"]"];
        if (Certificates is not null)
            changes.Add($"ENV NODE_EXTRA_CA_CERTS={ExtraCertificates}");
        return engine.ImportAsync(name, WriteAsync, [.. changes]);
    }

    /// <summary>The image's files as a tar.</summary>
    public static async Task WriteAsync(Stream stream)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var folder in new[] { "bin", "etc", "root", "usr", "usr/bin" })
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = Executable });
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "tmp") { Mode = (UnixFileMode)0b1_111_111_111 });
        await WriteTextAsync(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n");
        await WriteTextAsync(tar, "etc/group", "root:x:0:\nnode:x:1000:\n");
        await WriteToolsAsync(tar);
        await WriteNodeAsync(tar);
        await WriteSettingsAsync(tar);
    }

    private static async Task WriteToolsAsync(TarWriter tar)
    {
        await WriteFileAsync(tar, "bin/busybox", Find("busybox"));
        foreach (var applet in (await ReadAsync("busybox", "--list")).Where(applet => applet is not ("busybox" or "node" or "npm")))
            await WriteLinkAsync(tar, $"bin/{applet}", "/bin/busybox");
        await WriteLinkAsync(tar, "usr/bin/env", "/bin/busybox");
    }

    private static async Task WriteNodeAsync(TarWriter tar)
    {
        var node = Find("node");
        await WriteFileAsync(tar, "usr/bin/node", node);
        // Each line: NAME => PATH (ADDRESS), or PATH (ADDRESS) for the loader.
        foreach (var library in (await ReadAsync("ldd", node)).Select(line => line.Split("=>")[^1].Trim().Split(' ')[0]).Where(path => path.StartsWith('/')))
            await WriteFileAsync(tar, library[1..], library);
        var npm = Path.GetDirectoryName(Path.GetDirectoryName(Find("npm")))!;
        foreach (var file in Directory.EnumerateFiles(npm, "*", SearchOption.AllDirectories))
            await WriteFileAsync(tar, $"usr/lib/node_modules/npm/{Path.GetRelativePath(npm, file)}", file);
        await WriteLinkAsync(tar, "usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js");
    }

    private static async Task WriteSettingsAsync(TarWriter tar)
    {
        foreach (var (setting, place) in new[] { ("userconfig", "root/.npmrc"), ("globalconfig", "usr/etc/npmrc") })
        {
            var file = (await ReadAsync("npm", "config", "get", setting)).Single();
            if (!File.Exists(file))
                continue;
            await WriteFileAsync(tar, place, file);
            foreach (var authority in File.ReadLines(file).Select(line => line.Split('=', 2)).Where(line => line is [var name, _] && name.Trim() == "cafile"))
                await WriteFileAsync(tar, authority[1].Trim()[1..], authority[1].Trim());
        }

        if (Certificates is not null)
            await WriteFileAsync(tar, ExtraCertificates[1..], Certificates);
    }

    private static async Task WriteFileAsync(TarWriter tar, string name, string path)
    {
        await using var content = File.OpenRead(path);
        var mode = File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute) ? Executable : Readable;
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = content });
    }

    private static async Task WriteTextAsync(TarWriter tar, string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Readable, DataStream = content });
    }

    private static Task WriteLinkAsync(TarWriter tar, string name, string target) =>
        tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    /// <summary>The program's own file, behind all links.</summary>
    private static string Find(string program)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, program)).First(File.Exists);
        return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
    }

    private static async Task<string[]> ReadAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
