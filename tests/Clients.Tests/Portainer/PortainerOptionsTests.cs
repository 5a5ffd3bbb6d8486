using Microsoft.Extensions.Configuration;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class PortainerOptionsTests
{
    [Fact]
    public void The_variables_that_people_know_are_all_that_it_takes()
    {
        var options = Read(new() { ["PORTAINER_URL"] = "https://portainer.example:9443", ["PORTAINER_API_KEY"] = "ptr_key" });

        Assert.True(options.IsConfigured);
        Assert.False(options.Builds);
        Assert.Equal("ptr_key", options.ApiKey);
        Assert.True(new PortainerValidation().Validate(null, options).Succeeded);
    }

    [Fact]
    public void The_section_comes_before_the_variables()
    {
        var options = Read(new()
        {
            ["Portainer:Address"] = "https://a.example",
            ["Portainer:ApiKeyFile"] = "/run/key",
            ["PORTAINER_URL"] = "https://b.example",
            ["PORTAINER_API_KEY"] = "ptr_key",
            ["PORTAINER_API_KEY_FILE"] = "/run/other",
        });

        Assert.Equal(("https://a.example", null, "/run/key"), (options.Address, options.ApiKey, options.ApiKeyFile));
    }

    [Fact]
    public void A_key_in_a_variable_and_in_a_file_is_one_too_many()
    {
        var options = Read(new() { ["PORTAINER_URL"] = "https://a.example", ["PORTAINER_API_KEY"] = "ptr_key", ["PORTAINER_API_KEY_FILE"] = "/nowhere" });

        Assert.Equal(
            [
                "Give Portainer:ApiKey (environment variable PORTAINER_API_KEY) or Portainer:ApiKeyFile (PORTAINER_API_KEY_FILE), one of them.",
                "Portainer:ApiKeyFile '/nowhere' does not exist.",
            ],
            new PortainerValidation().Validate(null, options).Failures!);
    }

    [Fact]
    public void What_holds_for_all_agents_comes_from_a_section()
    {
        var options = Read(new()
        {
            ["PORTAINER_URL"] = "https://a.example",
            ["PORTAINER_API_KEY"] = "ptr_key",
            ["Portainer:Agents:QuotaPods"] = "10",
            ["Portainer:Agents:QuotaCpu"] = "2.5",
            ["Portainer:Agents:QuotaMemoryMiB"] = "8192",
            ["Portainer:Agents:QuotaStorageGiB"] = "100",
            ["Portainer:Agents:VolumeGiB"] = "20",
            ["Portainer:Agents:StorageClass"] = "fast-csi",
            ["Portainer:Agents:IngressClass"] = "traefik",
            ["Portainer:Agents:IngressNamespace"] = "edge",
            ["Portainer:Agents:ClusterIssuer"] = "enterprise-ca",
            ["Portainer:Agents:Databases:0"] = "10.20.0.5/32",
            ["Portainer:Agents:Databases:1"] = "fd12:3456::/64:6543",
        });

        Assert.True(new PortainerValidation().Validate(null, options).Succeeded);
        var settings = options.Agents!.ToSettings();
        Assert.Equal(new(2.5, 8192, 100, 10), settings.Limits);
        Assert.Equal(new(20, "fast-csi"), settings.Volume);
        Assert.Equal(new("traefik", "edge", "enterprise-ca"), settings.Ingress);
        Assert.Equal([new("10.20.0.5/32"), new("fd12:3456::/64", 6543)], settings.Databases);
    }

    [Fact]
    public void Without_the_section_the_defaults_of_the_manifests_hold()
    {
        var settings = new PortainerAgentsOptions().ToSettings();

        Assert.Equal((new(), new(), new()), (settings.Limits, settings.Volume, settings.Ingress));
        Assert.Empty(settings.Databases);
        Assert.Empty(Failures(new()));
    }

    [Fact]
    public void Every_setting_that_makes_no_sense_is_named_at_once()
    {
        Assert.Equal(
            [
                "Portainer:Agents:QuotaPods must be from 1 to 100000.",
                "Portainer:Agents:QuotaCpu must be from 0.1 to 100000.",
                "Portainer:Agents:QuotaMemoryMiB must be from 256 to 1000000000.",
                "Portainer:Agents:VolumeGiB is more than Portainer:Agents:QuotaStorageGiB, so that no agent would get its volume.",
                "Portainer:Agents:StorageClass 'Fast' is no name of an object of Kubernetes.",
                "Portainer:Agents:IngressClass '' is no name of an object of Kubernetes.",
                "Portainer:Agents:ClusterIssuer 'a\nb: c' is no name of an object of Kubernetes.",
                "Portainer:Agents:Databases '10.0.0.0/8' is a whole network; name the servers alone, by ranges of /24 or smaller (IPv6: /64).",
            ],
            Failures(new()
            {
                QuotaPods = 0,
                QuotaCpu = double.NaN,
                QuotaMemoryMiB = 255,
                QuotaStorageGiB = 10,
                VolumeGiB = 11,
                StorageClass = "Fast",
                IngressClass = "",
                ClusterIssuer = "a\nb: c",
                Databases = ["10.0.0.0/8"],
            }));
        Assert.Contains("Portainer:Address is missing", new PortainerValidation().Validate(null, new() { Agents = new() }).FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.20.0.5", "is no range")]
    [InlineData("10.20.0.5/32:0", "is no range")]
    [InlineData("10.20.0.5/32:", "is no range")]
    [InlineData("10.20.0.5/32:5432x", "is no range")]
    [InlineData("", "is no range")]
    [InlineData("0.0.0.0/0", "is a whole network")]
    [InlineData("10.0.0.0/8", "is a whole network")]
    [InlineData("172.16.0.0/12:5432", "is a whole network")]
    [InlineData("192.168.0.0/16", "is a whole network")]
    [InlineData("fc00::/7", "is a whole network")]
    [InlineData("169.254.169.254/32", "reaches the metadata service")]
    [InlineData("169.254.169.0/24:80", "reaches the metadata service")]
    [InlineData("168.63.129.16/32", "reaches the metadata service")]
    [InlineData("100.100.100.0/24", "reaches the metadata service")]
    [InlineData("fd00:ec2::254/128", "reaches the metadata service")]
    [InlineData("127.0.0.1/32", "is in no private network")]
    [InlineData("8.8.8.8/32", "is in no private network")]
    [InlineData("224.0.0.0/24", "is in no private network")]
    [InlineData("::ffff:10.0.0.0/104", "is no range")]
    public void No_exception_is_made_for_more_than_servers_in_private_networks(string text, string problem) =>
        Assert.StartsWith($"Portainer:Agents:Databases '{text}' {problem}", Assert.Single(Failures(new() { Databases = [text] })), StringComparison.Ordinal);

    private static IEnumerable<string> Failures(PortainerAgentsOptions agents) =>
        new PortainerValidation().Validate(null, new() { Address = "https://a.example", ApiKey = "ptr_key", Agents = agents }).Failures ?? [];

    private static PortainerOptions Read(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var options = configuration.GetSection(PortainerOptions.Section).Get<PortainerOptions>() ?? new();
        PortainerOptions.AddAliases(options, configuration);
        return options;
    }
}
