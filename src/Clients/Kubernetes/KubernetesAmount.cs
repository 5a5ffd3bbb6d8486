using System.Globalization;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Reads quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).</summary>
public static partial class KubernetesAmount
{
    private static readonly Dictionary<string, decimal> Factors = new()
    {
        ["n"] = 1e-9m,
        ["u"] = 1e-6m,
        ["m"] = 1e-3m,
        [""] = 1,
        ["k"] = 1e3m,
        ["M"] = 1e6m,
        ["G"] = 1e9m,
        ["T"] = 1e12m,
        ["P"] = 1e15m,
        ["E"] = 1e18m,
        ["Ki"] = 1L << 10,
        ["Mi"] = 1L << 20,
        ["Gi"] = 1L << 30,
        ["Ti"] = 1L << 40,
        ["Pi"] = 1L << 50,
        ["Ei"] = 1L << 60,
    };

    /// <summary>Cores, or bytes.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static decimal Parse(string text) => TryParse(text, out var amount) ? amount : throw new FormatException($"'{text}' is no quantity.");

    public static bool TryParse(string? text, out decimal amount)
    {
        amount = 0;
        if (Grammar().Match(text ?? "") is not { Success: true } match)
            return false;
        try
        {
            amount = decimal.Parse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture) * Factors[match.Groups["suffix"].Value];
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A(?<number>[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)(?<suffix>n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|)\z")]
    private static partial Regex Grammar();
}
