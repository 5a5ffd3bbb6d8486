using System.Net.Http.Headers;
using System.Text;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A name and a password; no record, because a record prints what it holds.</summary>
internal sealed class RegistryAccount(string username, string password)
{
    public string Username => username;

    public string Password => password;

    /// <summary>https://www.rfc-editor.org/rfc/rfc7617.</summary>
    public AuthenticationHeaderValue Header { get; } = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    public static RegistryAccount? From(string? username, string? password, string? passwordFile) => string.IsNullOrEmpty(username)
        ? null
        : new(username, string.IsNullOrEmpty(passwordFile) ? password ?? "" : File.ReadAllText(passwordFile).Trim());
}
