using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>A runtime image that is small, and otherwise as one that was built, scanned and released.</summary>
internal static class ReleasedRuntime
{
    /// <summary>From then on every deployment with these plugins finds it.</summary>
    public static async Task MakeAsync(ApiFixture api, PluginSet plugins)
    {
        var key = await api.Get<RuntimeKeys>().OfClaimAsync(plugins, default);
        var app = Directory.CreateDirectory(Path.Combine(api.Data, "small-app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), "{}");
        var built = await api.Get<RuntimeImageBuilder>().BuildAsync(app, new RuntimeImageSource("runtime-key", "22.12.0"), default);
        var image = await api.Get<ImageMover>().MoveAsync(new(ImageNames.QuarantineRepository, built.Digest), ImageNames.RuntimeRepository, "runtime-key", default);

        var now = api.Get<TimeProvider>().GetUtcNow();
        var judged = await api.Get<ScanGate>().RecordAsync(image.Digest, ScanResult.Of(ScanReport.Of("trivy", "0.74.0", now, now, [], [])), default);
        var components = await api.Get<ComponentLists>().PutAsync(ImageNames.RuntimeRepository, """{"bomFormat":"CycloneDX"}"""u8.ToArray(), default);
        var provenance = new SlsaProvenance(new("https://example.test/small", new { }, []), RunDetails.Of("npm", Guid.NewGuid(), now, now));
        await api.Get<ImageAttester>().AttestAsync(
            ImageNames.RuntimeRepository, image, new(components, ImageNames.RuntimeRepository, VerdictStatement.Of(judged.Verdict), provenance), default);
        await api.Get<RuntimeImageStore>().CompleteAsync(key, image.Digest, judged.Verdict, components.Digest, default);
    }
}
