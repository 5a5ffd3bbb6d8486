using System.Text;
using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>The step that lets a runtime image out of quarantine, with all that it attaches to it.</summary>
internal sealed class RuntimeRelease(ActivityStore store, IImageRegistry registry)
{
    public const string PackageJson = """{"name":"agent-runtime","dependencies":{"left-pad":"1.3.0"}}""";
    public const string LockFile = "the lock file";
    public const string NodeVersion = "22.12.0";

    public static readonly byte[] Components = """{"bomFormat":"CycloneDX"}"""u8.ToArray();

    public ImageKeys Keys { get; } = ImageKeys.Open(new(), store.Data.ImageSigningKey, vault: null);

    public RecordedImages Recorded { get; } = new(store.PushedImages, registry, new(registry), new(registry));

    public async Task RunAsync(string pluginSetKey, BuiltImage image, ScanVerdict verdict, string packageJson = PackageJson)
    {
        await store.LockFiles.AddAsync(PackageJson, LockFile, CancellationToken.None);
        var list = await new ComponentLists(registry).PutAsync(ImageNames.RuntimeRepository, Components, CancellationToken.None);
        var folder = new BuildFolder(store.Data);
        var attestations = new RuntimeAttestations(
            new ImageMover(registry), new ImageAttester(registry, Keys), new HostRuntimeBuilder(Npm(), folder, new(registry), below: null), store.LockFiles, store.Operations);
        await new ReleaseRuntimeImageActivity(Recorded, attestations, store.Images, folder, store.Recorder)
            .RunAsync(new NoContext(), new ReleaseRuntimeImage(store.OperationId, pluginSetKey, image, verdict, list.Digest, list.Size, packageJson));
    }

    private NpmClient Npm()
    {
        var programs = Directory.CreateDirectory(Path.Combine(store.Data.Root, "programs")).FullName;
        var node = Path.Combine(programs, "node");
        File.WriteAllBytes(node, Encoding.UTF8.GetBytes($"#!/bin/sh\necho v{NodeVersion}\n"));
        File.SetUnixFileMode(node, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(new ProcessRunner(TimeProvider.System), store.Data.NpmCache, new Dictionary<string, string> { ["PATH"] = $"{programs}:/usr/bin:/bin" });
    }
}
