using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Tests.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Trivy;

/// <summary>A scan of a real image by the Trivy of this machine, and by the fake one where there is none.</summary>
public sealed class TrivyImageTests : IDisposable
{
    private readonly TemporaryLayout _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_only_our_rules_know_is_found_in_an_image_of_the_layout(bool leaked)
    {
        var app = _temporary.CreateApp();
        // Put together here, so that no scanner takes the test for a leak.
        TemporaryLayout.Write(app, "settings.ini", leaked ? "token = 123456789" + ":" + "AAF0kfdJ3mv93jdkD0fh3jsd9JD7shf3kda" : "token = none");
        var image = await new RuntimeImageBuilder(_temporary.Layout).BuildAsync(app, new RuntimeImageSource("key", "20.0.0"), TestContext.Current.CancellationToken);
        var found = leaked ? """{"Target":"/app/settings.ini","Class":"secret","Secrets":[{"RuleID":"telegram-bot-token","Severity":"CRITICAL","StartLine":1,"EndLine":1,"Match":"token = *"}]}""" : "{}";
        using var fake = new FakeTrivy($"--input {_temporary.Layout.Root}@{image.Digest}", $$"""{"SchemaVersion":2,"Results":[{{found}}]}""");
        var environment = Requires.Has("trivy") ? TrivyEnvironment.Default() : fake.Environment;

        var result = await new TrivyScanner(new ProcessRunner(TimeProvider.System), new(), TimeProvider.System, _temporary.PathOf("scans"), environment)
            .ScanAsync(TrivySource.Layout(_temporary.Layout.Root, image.Digest), TestContext.Current.CancellationToken);

        if (Requires.Has("trivy") && result.Failure is { } failure)
            Assert.Skip($"The Trivy of this machine cannot scan without the server of its database: {failure}");
        Assert.Null(result.Failure);
        Assert.Equal(
            leaked ? ["telegram-bot-token in /app/settings.ini"] : [],
            result.Report!.Secrets.Select(secret => $"{secret.Rule} in {secret.Path}"));
    }
}
