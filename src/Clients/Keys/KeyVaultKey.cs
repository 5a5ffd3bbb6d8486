using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>A key as a PEM text in a secret of Azure Key Vault (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).</summary>
public sealed class KeyVaultKey
{
    private const int LongestPem = 16 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly SecretClient _client;
    private readonly string _secret;

    /// <param name="transport">Instead of the SDK's own.</param>
    public KeyVaultKey(Uri vault, string secret, TokenCredential credential, HttpPipelineTransport? transport = null)
    {
        var options = new SecretClientOptions { Retry = { MaxRetries = 2, NetworkTimeout = TimeSpan.FromSeconds(15) } };
        if (transport is not null)
            options.Transport = transport;
        (_client, _secret) = (new(vault, credential, options), secret);
    }

    /// <summary>For people.</summary>
    public string Name => $"The secret {_secret} of Key Vault {_client.VaultUri}";

    /// <summary>Asks the vault once, for at most a minute; used at start, where nothing else waits.</summary>
    /// <exception cref="InvalidOperationException">The vault does not give the secret; says why.</exception>
    public string ReadPem()
    {
        using var deadline = new CancellationTokenSource(Timeout);
        try
        {
            var value = _client.GetSecret(_secret, cancellationToken: deadline.Token).Value.Value;
            return value.Length <= LongestPem ? value : throw new InvalidOperationException($"{Name} is longer than a key.");
        }
        catch (RequestFailedException exception)
        {
            throw new InvalidOperationException($"{Name} cannot be read: {exception.Status} {exception.ErrorCode ?? FirstLine(exception)}", exception);
        }
        catch (AuthenticationFailedException exception)
        {
            throw new InvalidOperationException($"{Name} cannot be read without a sign-in to Azure: {FirstLine(exception)}", exception);
        }
        catch (AggregateException exception)
        {
            throw new InvalidOperationException($"{Name} cannot be read: {FirstLine(exception.InnerExceptions[^1])}", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw new InvalidOperationException($"{Name} was not given within {Timeout.TotalSeconds:0} s.", exception);
        }
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].TrimEnd();
}
