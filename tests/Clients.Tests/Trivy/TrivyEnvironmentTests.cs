using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Trivy;

/// <summary>Changes this process's environment, under names that nothing else reads.</summary>
public sealed class TrivyEnvironmentTests : IDisposable
{
    private static readonly string[] Passed = ["TRIVY_CACHE_DIR", "TRIVY_SERVER", "TRIVY_TOKEN"];

    private static readonly string[] KeptBack =
    [
        "Supabase__JwtSecret", "Registry__Password", "OPENAI_API_KEY", "AZURE_CLIENT_SECRET", "TRIVY_USERNAME", "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN",
        "TRIVY_INSECURE", "TRIVY_IGNORE_UNFIXED", "TRIVY_SKIP_FILES", "TRIVY_CONFIG", "TRIVY_IGNOREFILE", "trivy_password",
    ];

    private readonly List<string> _set = [];

    public TrivyEnvironmentTests()
    {
        foreach (var name in Passed.Concat(KeptBack).Where(name => Environment.GetEnvironmentVariable(name) is null))
        {
            Environment.SetEnvironmentVariable(name, $"canary-{name}");
            _set.Add(name);
        }
    }

    public void Dispose() => _set.ForEach(name => Environment.SetEnvironmentVariable(name, null));

    [Fact]
    public async Task Trivy_is_told_where_its_data_is_and_neither_our_secrets_nor_what_would_hide_findings()
    {
        var image = Digest.Of("image"u8);
        using var trivy = new FakeTrivy($"--image-src remote registry.example/x@{image}", then: "tr '\\0' '\\n' </proc/$$/environ > \"$here/environment\"; cat \"$here/report.json\"");
        var environment = new Dictionary<string, string>(TrivyEnvironment.Default()) { ["PATH"] = trivy.Path, ["HOME"] = "/" };
        trivy.Expect([.. environment.Keys.Except(["PATH", "HOME"])]);
        var folder = Directory.CreateTempSubdirectory("scans-");

        var result = await new TrivyScanner(new ProcessRunner(TimeProvider.System), new(), TimeProvider.System, folder.FullName, environment)
            .ScanAsync(TrivySource.Remote($"registry.example/x@{image}", new("registry.example", null, null, null, null)), TestContext.Current.CancellationToken);

        folder.Delete(recursive: true);
        Assert.Null(result.Failure);
        var seen = (await File.ReadAllLinesAsync(trivy.PathOf("environment"), TestContext.Current.CancellationToken)).Select(line => line.Split('=')[0]).ToList();
        Assert.Superset(Passed.ToHashSet(), seen.ToHashSet());
        Assert.Empty(seen.Intersect(KeptBack));
        Assert.DoesNotContain("canary-Supabase", await File.ReadAllTextAsync(trivy.PathOf("environment"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
