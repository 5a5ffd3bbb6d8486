using System.Diagnostics;
using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Tests.Trivy;

/// <summary>Runs the Job's script with a trivy that does what a test wants.</summary>
internal static class ScanScript
{
    /// <returns>The lines of its output.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string report, string version = "0.74.0", int exitCode = 0, string errors = "")
    {
        var folder = Directory.CreateTempSubdirectory("scan-job-");
        try
        {
            string PathOf(string name) => Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(PathOf("given.json"), report);
            await File.WriteAllTextAsync(PathOf("trivy"), $$$"""
                #!/bin/sh
                if [ "$1" = version ]; then echo '{"Version":"{{{version}}}","VulnerabilityDB":{"UpdatedAt":"2030-01-02T03:04:05Z"}}'; exit 0; fi
                [ "$*" = "image one two --output report.json" ] || { echo "wrong arguments: $*" >&2; exit 9; }
                echo '{{{errors}}}' >&2
                [ {{{exitCode}}} = 0 ] && cp given.json report.json
                exit {{{exitCode}}}
                """);
            File.SetUnixFileMode(PathOf("trivy"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var start = new ProcessStartInfo("sh", ["-c", EmbeddedText.Read("scan-job.sh"), "scan", "image", "one", "two"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
            };
            start.Environment["PATH"] = $"{folder.FullName}:/usr/bin:/bin";
            start.Environment["SCAN_PAUSE"] = "0";
            using var shell = Process.Start(start)!;
            var output = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            Assert.Equal(0, shell.ExitCode);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A log as the API server gives it, a line a second.</summary>
    public static string Log(IEnumerable<string> lines) => string.Concat(lines.Select((line, index) => $"{new DateTime(2030, 1, 1).AddSeconds(index):yyyy-MM-ddTHH:mm:ss.fffffff00Z} {line}\n"));
}
