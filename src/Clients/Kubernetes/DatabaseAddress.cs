using System.Globalization;
using System.Net;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Where PostgreSQL servers are reached that agents may not reach otherwise, because they are in a private network.</summary>
/// <param name="Range">Such as <c>10.20.0.5/32</c>.</param>
public sealed record DatabaseAddress(string Range, int Port = 5432)
{
    private const int WidestPrefix = 24;
    private const int WidestPrefix6 = 64;

    // https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc6598 and https://www.rfc-editor.org/rfc/rfc4193.
    private static readonly IPNetwork[] Private = Networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    // Most clouds are in the first; then Azure, Alibaba, Oracle, and by IPv6 AWS and Google.
    private static readonly IPNetwork[] Metadata =
        Networks("169.254.0.0/16", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/64");

    /// <summary>Reads <c>RANGE</c> or <c>RANGE:PORT</c>, such as <c>10.20.0.5/32:5432</c>.</summary>
    /// <param name="problem">Why it is none, or none that may be an exception: a sentence without its subject and full stop.</param>
    public static DatabaseAddress? Read(string text, out string? problem)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var colon = slash < 0 ? -1 : text.IndexOf(':', slash);
        var port = 5432;
        if (!IPNetwork.TryParse(colon < 0 ? text : text[..colon], out var network) || network.BaseAddress.IsIPv4MappedToIPv6
            || (colon >= 0 && !(int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535)))
        {
            problem = "is no range of addresses, with or without a port, such as 10.20.0.5/32:5432";
            return null;
        }

        problem = Objection(network);
        return problem is null ? new(network.ToString(), port) : null;
    }

    private static string? Objection(IPNetwork network) =>
        network.PrefixLength < (network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? WidestPrefix : WidestPrefix6)
            ? $"is a whole network; name the servers alone, by ranges of /{WidestPrefix} or smaller (IPv6: /{WidestPrefix6})"
            : Metadata.Any(other => Overlap(network, other)) ? "reaches the metadata service of a cloud, whose credentials are not for agents"
            : !Private.Any(range => range.Contains(network.BaseAddress)) ? "is in no private network; what is public needs no exception, and nothing else may have one"
            : null;

    private static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    private static IPNetwork[] Networks(params string[] ranges) => [.. ranges.Select(range => IPNetwork.Parse(range))];
}
