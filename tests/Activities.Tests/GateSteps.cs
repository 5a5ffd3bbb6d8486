using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>The way of a small runtime image through the gate, each step by its activity.</summary>
internal static class GateSteps
{
    public const string PluginSetKey = "plugin-set";
    public const string RuntimeKey = "runtime-key";

    public const string Vulnerable = """
        {"SchemaVersion":2,"Results":[{"Target":"Node.js","Vulnerabilities":[
          {"VulnerabilityID":"CVE-1","PkgName":"left-pad","InstalledVersion":"1.0","FixedVersion":"1.1","Severity":"CRITICAL"}]}]}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<BuiltImage> AssembleAsync(this ActivityStore store, IImageRegistry registry)
    {
        var app = Directory.CreateDirectory(Path.Combine(store.Data.Builds, "app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), "{}", Token);
        var image = await new RuntimeImageBuilder(registry).BuildAsync(app, new RuntimeImageSource(RuntimeKey, "20.0.0"), Token);
        await store.PushedImages.RecordAsync(new(ImageNames.QuarantineRepository, image.Digest, ImageKind.Quarantined, null, 1, RuntimeKey: RuntimeKey), Token);
        await store.Images.ClaimAsync(store.OperationId, PluginSetKey, waited: false, Token);
        return new(image.Digest, image.Size);
    }

    public static Task<ScanVerdict> ScanAsync(this ActivityStore store, IImageRegistry registry, BuiltImage image, FakeTrivy trivy)
    {
        var scanner = new TrivyScanner(new ProcessRunner(TimeProvider.System), new(), TimeProvider.System, store.Data.Scans, trivy.Environment);
        return new ScanRuntimeImageActivity(scanner, registry, store.Gate, store.Artifacts, store.Recorder).RunAsync(new NoContext(), new ScanRuntimeImage(store.OperationId, image.Digest));
    }

    public static Task ReleaseAsync(this ActivityStore store, IImageRegistry registry, BuiltImage image, ScanVerdict verdict) =>
        new RuntimeRelease(store, registry).RunAsync(PluginSetKey, image, verdict);

    public static Task<RuntimeClaim> ClaimAsync(this ActivityStore store, IImageRegistry registry) =>
        new ClaimRuntimeImageActivity(store.Images, new ImageReader(registry), store.Gate, store.Recorder)
            .RunAsync(new NoContext(), new ClaimRuntimeImage(store.OperationId, PluginSetKey, Waited: false));
}
