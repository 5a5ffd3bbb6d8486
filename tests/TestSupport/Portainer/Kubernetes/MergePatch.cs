using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A merge patch (<see href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</see>), and the three-way one that kubectl apply makes.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject child)
                Apply(target.Child(name), child);
            else
                target[name] = value.DeepClone();
        }
    }

    /// <summary>What the last manifest had and this one does not is removed; what it has is set; what others added stays.</summary>
    public static void ApplyOver(JsonObject live, JsonObject? last, JsonObject wanted)
    {
        foreach (var (name, _) in last ?? [])
        {
            if (!wanted.ContainsKey(name))
                live.Remove(name);
        }

        foreach (var (name, value) in wanted)
        {
            if (value is null)
                live.Remove(name);
            else if (value is JsonObject child)
                ApplyOver(live.Child(name), last?[name] as JsonObject, child);
            else
                live[name] = value.DeepClone();
        }
    }
}
