using System.Globalization;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The environment of an agent in a cluster, in two parts: what may be read by anyone who reads manifests, and what may not.</summary>
/// <param name="Plain">For <see cref="AgentWorkload.Environment"/>.</param>
/// <param name="Secret">For the Secret that has the agent's name; no name is in both.</param>
public sealed record AgentVariables(IReadOnlyDictionary<string, string> Plain, IReadOnlyDictionary<string, string> Secret)
{
    /// <summary>What a ConfigMap, and a Secret, may hold (https://kubernetes.io/docs/concepts/configuration/configmap/).</summary>
    public const int MostBytes = 1024 * 1024;

    /// <exception cref="ArgumentException">A name is no name of an environment variable, a value holds a NUL, or a system secret is missing.</exception>
    public static AgentVariables Of(AgentLaunch launch, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment)
    {
        var all = new SortedDictionary<string, string>(
            AgentEnvironment.Build(launch, RuntimeSettings.WorkingFolder, secrets, environment).ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, value) in OfContainer(launch))
            all[name] = value;
        bool IsSecret(string name) => secrets.ContainsKey(name) && !AgentEnvironment.Reserved.Contains(name);
        return new(Part(name => !IsSecret(name)), Part(IsSecret));

        SortedDictionary<string, string> Part(Func<string, bool> belongs) =>
            new(all.Where(variable => belongs(variable.Key)).ToDictionary(), StringComparer.Ordinal);
    }

    // A record prints what it holds.
    public override string ToString() => $"{nameof(AgentVariables)}: {Plain.Count} plain, {Secret.Count} secret";

    /// <summary>What differs from a process of this machine.</summary>
    private static Dictionary<string, string> OfContainer(AgentLaunch launch) => new()
    {
        // A quarter of the memory is for what is not in Node's heap: more than the limit, and the kernel kills it.
        ["NODE_OPTIONS"] = string.Create(CultureInfo.InvariantCulture, $"--max-old-space-size={launch.Resources.MemoryMiB * 3 / 4}"),
        ["SERVER_HOST"] = "0.0.0.0",
        ["SERVER_PORT"] = RuntimeSettings.Port.ToString(CultureInfo.InvariantCulture),
        ["TMPDIR"] = "/tmp",
    };
}
