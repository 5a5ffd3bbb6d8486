using System.Text.Json;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>What an engine needs to push to a registry, or to pull from it. No record, because a record prints what it holds.</summary>
/// <param name="server">The registry's host and port, as they stand before the repository.</param>
public sealed class RegistryLogin(string server, string username, string password)
{
    /// <summary>The account that may push; null when the registry asks for none.</summary>
    public static RegistryLogin? Of(RegistryOptions options) =>
        RegistryAccount.From(options.Username, options.Password, options.PasswordFile) is { } account
            ? new(RegistryNames.Host(options), account.Username, account.Password)
            : null;

    internal string Password => password;

    /// <summary>https://docs.docker.com/reference/api/engine/#section/Authentication: base64 for URLs, with its padding.</summary>
    internal static string None { get; } = Encode("{}"u8.ToArray());

    internal string Auth { get; } = Encode(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["username"] = username,
        ["password"] = password,
        ["serveraddress"] = server,
    }));

    /// <summary>The same for the bases that a build pulls.</summary>
    internal string Config { get; } = Encode(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, Dictionary<string, string>>
    {
        [server] = new() { ["username"] = username, ["password"] = password },
    }));

    /// <summary>A registry whose credentials Portainer puts in.</summary>
    internal static string OfPortainer(int registry) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new { registryId = registry }));

    internal static string AuthOf(PullCredential credential) => credential switch
    {
        { Token: { } token } => Encode(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["registrytoken"] = token,
            ["serveraddress"] = credential.Registry,
        })),
        { Username: { } username, Password: { } password } => new RegistryLogin(credential.Registry, username, password).Auth,
        _ => None,
    };

    private static string Encode(byte[] json) => Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
}
