using System.Net;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>What no annotation can say of the options: an address that keeps the key secret, and one source for the key.</summary>
public sealed class PortainerValidation : IValidateOptions<PortainerOptions>
{
    private static readonly TimeSpan ShortestBoot = TimeSpan.FromSeconds(30);

    public ValidateOptionsResult Validate(string? name, PortainerOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(PortainerOptions options)
    {
        var hasKey = !string.IsNullOrEmpty(options.ApiKey);
        var hasFile = !string.IsNullOrEmpty(options.ApiKeyFile);
        if (!options.IsConfigured)
        {
            if (hasKey || hasFile || options.EndpointId is not null || options.RegistryId is not null || options.Agents is not null)
                yield return "Portainer:Address is missing: give it, such as https://portainer.example:9443, or leave the whole section Portainer out.";
            yield break;
        }

        if (!Uri.TryCreate(options.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
            yield return "Portainer:Address is no address such as https://portainer.example:9443.";
        else if (address.Scheme == "http" && !address.IsLoopback)
            yield return $"Portainer:Address '{options.Address}' would send the key in the clear; use https.";
        if (hasKey == hasFile)
            yield return "Give Portainer:ApiKey (environment variable PORTAINER_API_KEY) or Portainer:ApiKeyFile (PORTAINER_API_KEY_FILE), one of them.";
        if (hasFile && SecretFile.Problem(options.ApiKeyFile!) is { } objection)
            yield return $"Portainer:ApiKeyFile '{options.ApiKeyFile}' {objection}.";
        if (options.EndpointId is < 1)
            yield return "Portainer:EndpointId must be the number of an environment.";
        foreach (var range in options.ControlPlaneRanges.Where(range => !IPNetwork.TryParse(range, out _)))
            yield return $"Portainer:ControlPlaneRanges '{range}' is no range of addresses such as 10.0.0.0/24.";
        if (options.BootTimeout < ShortestBoot || options.BootTimeout > StepBudgets.LongestBoot)
            yield return $"Portainer:BootTimeout must be from {ShortestBoot} to {StepBudgets.LongestBoot}.";
        if (options.RegistryId is < 1)
            yield return "Portainer:RegistryId must be the number of a registry.";
        foreach (var problem in options.Agents?.Problems() ?? [])
            yield return problem;
    }
}
