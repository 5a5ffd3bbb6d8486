using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>How a registry wants to be asked: with an account, or with a token that another service gives
/// (https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate, https://distribution.github.io/distribution/spec/auth/token/).</summary>
/// <param name="Realm">Of the token service; null for an account's name and password.</param>
/// <param name="Service">What the token service calls the registry.</param>
/// <param name="Scope">What the refused call needs.</param>
internal sealed record RegistryChallenge(Uri? Realm, string? Service, string? Scope)
{
    [MemberNotNullWhen(true, nameof(Realm))]
    public bool IsBearer => Realm is not null;

    /// <summary>What the refused call needs, one resource each; actions are in alphabetical order, because some registries name them in any.</summary>
    public IReadOnlyList<string> Scopes => [.. (Scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(InOrder)];

    /// <summary>The best of what a registry offers; null when it offers nothing that we know.</summary>
    public static RegistryChallenge? Choose(IEnumerable<AuthenticationHeaderValue> offers)
    {
        RegistryChallenge? basic = null;
        foreach (var offer in offers)
        {
            if (offer.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                basic = new(null, null, null);
            if (!offer.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                continue;
            var parameters = Parse(offer.Parameter ?? "");
            if (Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) && realm.UserInfo.Length == 0)
                return new(realm, parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
        }

        return basic;
    }

    /// <summary>Reads <c>name=value, name="quoted \"value\""</c>; what is no such thing ends the list.</summary>
    internal static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0)
                break;
            var name = text[at..equals].Trim(' ', '\t', ',');
            var value = ReadValue(text, equals + 1, out at);
            if (name.Length == 0 || value is null)
                break;
            parameters.TryAdd(name, value);
        }

        return parameters;
    }

    // https://distribution.github.io/distribution/spec/auth/scope/#resource-scope-grammar
    private static string InOrder(string scope)
    {
        var actions = scope.LastIndexOf(':') + 1;
        return scope[..actions] + string.Join(',', scope[actions..].Split(',').Order(StringComparer.Ordinal));
    }

    private static string? ReadValue(string text, int start, out int end)
    {
        while (start < text.Length && text[start] is ' ' or '\t')
            start++;
        if (start >= text.Length || text[start] != '"')
        {
            var comma = text.IndexOf(',', start);
            end = comma < 0 ? text.Length : comma + 1;
            return text[start..(comma < 0 ? text.Length : comma)].Trim();
        }

        var value = new StringBuilder();
        for (end = start + 1; end < text.Length; end++)
        {
            if (text[end] == '"')
            {
                end++;
                return value.ToString();
            }

            if (text[end] == '\\' && end + 1 < text.Length)
                end++;
            value.Append(text[end]);
        }

        return null;
    }
}
