namespace MultiAgentInfra.Clients.Oci;

/// <summary>Reads what people write for a registry's address.</summary>
internal static class RegistryAddress
{
    /// <summary>The scheme, host and port; null when the text holds something else, or more.</summary>
    public static Uri? TryParse(string text)
    {
        var withScheme = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(withScheme, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url is not { PathAndQuery: "/", Fragment: "", UserInfo: "", Host.Length: > 0 })
        {
            return null;
        }

        return withScheme != text && url.IsLoopback ? TryParse($"http://{text}") : url;
    }

    public static bool IsAzure(Uri address) => address.Host.EndsWith(".azurecr.io", StringComparison.OrdinalIgnoreCase);
}
