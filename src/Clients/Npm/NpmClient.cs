using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Npm;

/// <summary>The npm of this machine (https://docs.npmjs.com/cli/commands). Never runs a package's scripts. Fails with
/// <see cref="Core.NonRetryableException"/> when the packages are at fault, and with <see cref="NpmException"/> otherwise.</summary>
/// <param name="cacheFolder">npm's download cache, shared by all builds.</param>
/// <param name="environment">The whole environment of npm, see <see cref="DefaultEnvironment"/>.</param>
public sealed class NpmClient(ProcessRunner processes, string cacheFolder, IReadOnlyDictionary<string, string> environment)
{
    private const int MaxDocumentBytes = 16 * 1024 * 1024;
    private const string PidFileName = "npm.pid";

    private static readonly string[] Always =
        ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress", "--logs-max=0", "--omit=dev"];

    /// <summary>The operator's npm settings, proxies and certificates, and nothing else of this process.</summary>
    public static IReadOnlyDictionary<string, string> DefaultEnvironment() => HostEnvironment.ForTool("npm_config_", "NODE_EXTRA_CA_CERTS");

    /// <summary>Decides the exact version of every package, and returns the lock file. It names no registry.</summary>
    /// <param name="workFolder">Holds the record of the running npm, so that the next run ends one that outlived us.</param>
    public async Task<string> ResolveLockFileAsync(string packageJson, string workFolder, Action<string> output, CancellationToken cancellationToken)
    {
        await EndEarlierRunAsync(workFolder);
        var folder = Path.Combine(workFolder, "lock");
        DeleteIfThere(folder);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), packageJson, cancellationToken);
        string[] resolve = ["install", "--package-lock-only", "--omit-lockfile-registry-resolved", .. Always];
        try
        {
            await RunAsync(resolve, folder, workFolder, output, cancellationToken);
        }
        catch (Core.NonRetryableException)
        {
            // What the cache knows of a package may be older than the version that was asked for.
            await RunAsync([.. resolve, "--prefer-online"], folder, workFolder, output, cancellationToken);
        }
        var lockFile = new FileInfo(Path.Combine(folder, "package-lock.json"));
        if (!lockFile.Exists || lockFile.Length > MaxDocumentBytes)
            throw new InvalidDataException($"npm wrote no package-lock.json, or one of more than {MaxDocumentBytes} bytes.");
        var text = await File.ReadAllTextAsync(lockFile.FullName, cancellationToken);
        NpmDocuments.CheckLockFile(text);
        DeleteIfThere(folder);
        return text;
    }

    /// <summary>Installs what the folder's package-lock.json says, from nothing: what an interrupted run left is removed first.</summary>
    public async Task InstallAsync(string appFolder, string workFolder, Action<string> output, CancellationToken cancellationToken)
    {
        await EndEarlierRunAsync(workFolder);
        DeleteIfThere(Path.Combine(appFolder, "node_modules"));
        // The lock file fixes every package: what the cache has of it cannot be out of date.
        await RunAsync(["ci", "--prefer-offline", .. Always], appFolder, workFolder, output, cancellationToken);
    }

    /// <summary>The packages that the lock file installs, as CycloneDX JSON (https://cyclonedx.org/docs/1.5/json/), whether they are on this
    /// machine or not; the same packages yield the same bytes. Those for one of several C libraries are all of them listed.</summary>
    /// <param name="platform">Where they are installed, in npm's words, such as <c>linux-x64</c>.</param>
    public async Task<byte[]> ListComponentsAsync(string packageJson, string lockFile, string platform, string workFolder, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(workFolder, "sbom");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), packageJson, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "package-lock.json"), NpmDocuments.ForPlatform(lockFile, platform), cancellationToken);
        var result = await RunAsync(["sbom", "--sbom-format=cyclonedx", "--package-lock-only", .. Always], folder, null, _ => { }, cancellationToken);
        return NpmDocuments.Normalize(result.StdOut);
    }

    /// <summary>The version of <c>node</c> or <c>npm</c>, such as <c>20.20.2</c>.</summary>
    public async Task<string> VersionAsync(string program, CancellationToken cancellationToken)
    {
        var result = await RunProgramAsync(program, ["--version"], Path.GetTempPath(), null, _ => { }, cancellationToken);
        return result.StdOut.Trim().TrimStart('v');
    }

    /// <summary>Ends the npm that an earlier life of the control plane, or a step that gave up, has left running.</summary>
    public async Task EndEarlierRunAsync(string workFolder)
    {
        Directory.CreateDirectory(workFolder);
        await processes.KillRecordedAsync(Path.Combine(workFolder, PidFileName));
    }

    private Task<ProcessResult> RunAsync(string[] arguments, string folder, string? workFolder, Action<string> output, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(cacheFolder);
        return RunProgramAsync("npm", [.. arguments, $"--cache={Path.GetFullPath(cacheFolder)}"], folder, workFolder, output, cancellationToken);
    }

    private async Task<ProcessResult> RunProgramAsync(
        string program, string[] arguments, string folder, string? workFolder, Action<string> output, CancellationToken cancellationToken)
    {
        var failure = new NpmFailure();
        var command = new ProcessCommand
        {
            FileName = program,
            Arguments = arguments,
            WorkingDirectory = folder,
            Environment = environment,
            PidFile = workFolder is null ? null : Path.Combine(workFolder, PidFileName),
            OutputLimitBytes = MaxDocumentBytes,
        };
        var result = await processes.RunAsync(command, line => Pass(NpmFailure.Clean(line)), cancellationToken);
        return result.ExitCode == 0 ? result : throw failure.ToException($"{program} {arguments[0]}", result.ExitCode);

        void Pass(string line)
        {
            failure.Add(line);
            output(line);
        }
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
