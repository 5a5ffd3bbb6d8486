using System.Diagnostics;
using System.Text;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>What the registry itself can do: the requests that no client can spare, with nothing else done for them.</summary>
internal sealed record RegistryBound(double BlobsPerSecond, double ManifestsPerSecond)
{
    private const string Repository = "bound";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    public static async Task<RegistryBound> MeasureAsync(LocalRegistry registry, int atOnce, int count, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = registry.Address };
        var config = await PutBlobAsync(http, "{}", stop);
        var blobs = await RateAsync(atOnce, count, index => PutBlobAsync(http, $"blob {index}", stop));
        var manifests = await RateAsync(atOnce, count, async index =>
        {
            var manifest = new StringContent($$"""
                {"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":2},"layers":[],"annotations":{ "n":"{{index}}" } }
                """, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue(ManifestType));
            (await http.PutAsync($"v2/{Repository}/manifests/n{index}", manifest, stop)).EnsureSuccessStatusCode().Dispose();
        });
        return new(blobs, manifests);
    }

    /// <summary>Images/s that so many of each for an image allow.</summary>
    public double Of(int blobs, int manifests) => 1 / ((blobs / BlobsPerSecond) + (manifests / ManifestsPerSecond));

    private static async Task<double> RateAsync(int atOnce, int count, Func<int, Task> send)
    {
        await send(-1);
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (index, _) => await send(index));
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<Digest> PutBlobAsync(HttpClient http, string text, CancellationToken stop)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var digest = Digest.Of(content);
        using var begun = (await http.PostAsync($"v2/{Repository}/blobs/uploads/", null, stop)).EnsureSuccessStatusCode();
        (await http.PutAsync($"{begun.Headers.Location}&digest={digest}", new ByteArrayContent(content), stop)).EnsureSuccessStatusCode().Dispose();
        return digest;
    }
}
