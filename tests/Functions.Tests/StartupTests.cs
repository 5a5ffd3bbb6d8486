using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Functions.Tests;

public sealed class StartupTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("multi-agent-infra-start-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public void Every_error_of_the_configuration_is_reported_at_once()
    {
        var secret = Path.Combine(_data.FullName, "jwt.secret");
        File.WriteAllText(secret, "too short");
        File.SetUnixFileMode(secret, (UnixFileMode)0b110_100_100);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Supabase:JwtSecret"] = "short",
            ["Supabase:JwtSecretFile"] = secret,
            ["Supabase:Issuer"] = "nowhere",
            ["Cors:AllowedOrigins:0"] = "https://app.example",
            ["Cors:AllowedOrigins:1"] = "https://app.example/path",
            ["Artifacts:Container"] = "http://account.blob.core.windows.net/artifacts",
        }).Build();

        var exception = Assert.Throws<StartupException>(() => ServiceRegistration.Check(configuration));

        Assert.Equal(
            $"""
            The configuration has 6 errors:
            - Supabase:JwtSecret and Supabase:JwtSecretFile are both given; give one of them.
            - Supabase:JwtSecret (environment variable Supabase__JwtSecret) must have at least 32 bytes.
            - Supabase:JwtSecretFile '{secret}' can be read by others; set its mode to 600.
            - Supabase:Issuer 'nowhere' is no absolute URL such as https://PROJECT.supabase.co/auth/v1.
            - Cors:AllowedOrigins:1 'https://app.example/path' is no origin such as https://app.example.com.
            - Artifacts:Container 'http://account.blob.core.windows.net/artifacts' would send artifacts and tokens in the clear; use https.
            """,
            exception.Message);
    }

    [Fact]
    public void A_registry_is_used_and_checked_where_a_section_names_one()
    {
        using var folder = DataFolder.Open(_data.FullName);
        using var app = EmbeddedControlPlane.Compose(
            new CommandLine(0, _data.FullName, "localhost", false), folder, new Dictionary<string, string?> { ["Registry:Address"] = "127.0.0.1:5000" }).Build();
        Assert.Equal("http://127.0.0.1:5000", app.Services.GetRequiredService<IImageRegistry>().Name);

        var wrong = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Registry:Prefix"] = "A" }).Build();
        Assert.Equal(
            """
            The configuration has 2 errors:
            - Registry:Address is missing; give HOST[:PORT], or https://HOST[:PORT].
            - Registry:Prefix 'A' cannot begin the name of a repository; give lower-case words such as team/bots.
            """,
            Assert.Throws<StartupException>(() => ServiceRegistration.Check(wrong)).Message);
    }

    [Fact]
    public async Task Without_authentication_no_other_setting_opens_another_address()
    {
        using var folder = DataFolder.Open(_data.FullName);
        var settings = new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:Everywhere:Url"] = "http://0.0.0.0:0",
            ["urls"] = "http://0.0.0.0:0",
            ["http_ports"] = "0",
        };
        await using var app = EmbeddedControlPlane.Compose(new CommandLine(0, _data.FullName, "localhost", false), folder, settings).Build();

        await app.StartAsync();

        Assert.Equal("127.0.0.1", new Uri(Assert.Single(app.Urls)).Host);
        await app.StopAsync();
    }

    [Fact]
    public async Task A_database_that_is_none_is_one_line_and_not_a_stack()
    {
        File.SetUnixFileMode(_data.FullName, (UnixFileMode)0b111_001_001);
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "durable.db"), string.Concat(Enumerable.Repeat("no database ", 1000)), TestContext.Current.CancellationToken);

        Assert.Equal(1, await EmbeddedControlPlane.RunAsync(new CommandLine(0, _data.FullName, "localhost", false), TextWriter.Null));
    }

    [Fact]
    public void A_retention_that_could_take_what_a_deployment_is_about_to_use_stops_the_start()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Retention:KeepRevisions", "0"), new("Retention:MinimumAge", "01:00:00")]).Build();

        var exception = Assert.Throws<StartupException>(() => ServiceRegistration.Check(configuration));

        Assert.Equal(
            """
            The configuration has 2 errors:
            - DataAnnotation validation failed for 'RetentionOptions' members: 'KeepRevisions' with the error: 'The field KeepRevisions must be between 1 and 100.'.
            - DataAnnotation validation failed for 'RetentionOptions' members: 'MinimumAge' with the error: 'The field MinimumAge must be between 06:00:00 and 365.00:00:00.'.
            """,
            exception.Message);
    }

    [Theory]
    [InlineData("Trivy:Timeout", "00:00:01")]
    [InlineData("Trivy:Timeout", "soon")]
    public void A_wrong_setting_of_the_scanner_stops_the_start_and_is_named(string name, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
        var exception = Assert.ThrowsAny<Exception>(() => ServiceRegistration.Check(configuration));
        Assert.Contains(name.Split(':')[1], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_scan_policy_stops_the_start_with_all_that_is_wrong()
    {
        var path = Path.Combine(_data.FullName, "scan-policy.json");
        File.WriteAllText(path, """{"severities":["WORST"],"onlyFixable":true,"exceptions":[{"id":"CVE-1","owner":"me","reason":"x"}]}""");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Scan:PolicyFile", path)]).Build();

        var exception = Assert.Throws<StartupException>(() => ServiceRegistration.Check(configuration));

        Assert.Equal(
            "The configuration has 2 errors:"
            + $"\n- Scan:PolicyFile '{path}': severities.0 must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN"
            + $"\n- Scan:PolicyFile '{path}': exceptions.0.expires is required",
            exception.Message);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("example.com")]
    public void Without_authentication_only_this_machine_is_listened_on(string host)
    {
        using var folder = DataFolder.Open(_data.FullName);
        var exception = Assert.Throws<StartupException>(() => EmbeddedControlPlane.Compose(new CommandLine(0, _data.FullName, host, false), folder));
        Assert.Contains("Supabase__JwtSecret", exception.Message, StringComparison.Ordinal);
    }
}
