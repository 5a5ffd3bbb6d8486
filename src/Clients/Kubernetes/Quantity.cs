using System.Globalization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Amounts as the API server writes them back (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), so that
/// what is meant and what is there compare as texts.</summary>
internal static class Quantity
{
    public static string Cores(double cores)
    {
        var milli = (long)Math.Round(cores * 1000);
        return milli % 1000 == 0 ? Text(milli / 1000, "") : Text(milli, "m");
    }

    public static string MiB(long amount) => amount % 1024 == 0 ? GiB(amount / 1024) : Text(amount, "Mi");

    public static string GiB(long amount) => amount % 1024 == 0 && amount > 0 ? Text(amount / 1024, "Ti") : Text(amount, "Gi");

    private static string Text(long number, string suffix) => string.Create(CultureInfo.InvariantCulture, $"{number}{suffix}");
}
