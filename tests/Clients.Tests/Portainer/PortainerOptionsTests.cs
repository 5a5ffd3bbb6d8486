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

    private static PortainerOptions Read(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var options = configuration.GetSection(PortainerOptions.Section).Get<PortainerOptions>() ?? new();
        PortainerOptions.AddAliases(options, configuration);
        return options;
    }
}
