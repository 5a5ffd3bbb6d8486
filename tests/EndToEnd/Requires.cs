using System.ComponentModel;
using System.Diagnostics;

namespace MultiAgentInfra.EndToEnd;

/// <summary>What a test needs of the machine: where it is missing the test is skipped with the reason, and in CI it fails.</summary>
internal static class Requires
{
    public static void Npm() => Program("npm", "Node.js 20 with npm is not installed.");

    public static void Skopeo() => Program("skopeo", "skopeo is not installed.");

    private static void Program(string name, string reason)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(name, "--version") { RedirectStandardOutput = true });
            process!.WaitForExit();
        }
        catch (Win32Exception)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Skip(reason);
        }
    }
}
