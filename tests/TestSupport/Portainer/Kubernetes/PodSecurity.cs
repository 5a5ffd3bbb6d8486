using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The admission of Pod Security's profile <c>restricted</c>, as far as this project's pods can break it.</summary>
internal static class PodSecurity
{
    private static readonly string[] AllowedVolumes = ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <returns>The words that follow <c>pods "x" is forbidden: </c>; null when it is allowed.</returns>
    public static string? Violations(JsonNode? spec)
    {
        var problems = new List<string>();
        foreach (var flag in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(flag => spec.Flag(flag)))
            problems.Add($"host namespaces ({flag}=true)");
        var volumes = spec.Items("volumes").Where(volume => volume.Any(part => !AllowedVolumes.Contains(part.Key))).Select(volume => $"\"{volume.Text("name")}\"").ToArray();
        if (volumes.Length > 0)
            problems.Add($"restricted volume types (volume {string.Join(", ", volumes)} uses restricted volume type)");
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            problems.AddRange(Problems(spec, container));
        return problems.Count == 0 ? null : $"violates PodSecurity \"restricted:latest\": {string.Join(", ", problems)}";
    }

    private static IEnumerable<string> Problems(JsonNode? pod, JsonObject container)
    {
        var name = container.Text("name");
        var own = container["securityContext"];
        if (own.Flag("privileged"))
            yield return $"privileged (container \"{name}\" must not set securityContext.privileged=true)";
        if (own.Text("allowPrivilegeEscalation") != "false")
            yield return $"allowPrivilegeEscalation != false (container \"{name}\" must set securityContext.allowPrivilegeEscalation=false)";
        var dropped = own.At("capabilities", "drop") as JsonArray ?? [];
        if (dropped.All(entry => entry.Text() != "ALL"))
            yield return $"unrestricted capabilities (container \"{name}\" must set securityContext.capabilities.drop=[\"ALL\"])";
        if (own.At("capabilities", "add") is JsonArray { Count: > 0 } added && added.Any(entry => entry.Text() != "NET_BIND_SERVICE"))
            yield return $"unrestricted capabilities (container \"{name}\" must not include added capabilities in securityContext.capabilities.add)";
        if ((own.Text("runAsNonRoot") ?? pod.Text("securityContext", "runAsNonRoot")) != "true")
            yield return $"runAsNonRoot != true (pod or container \"{name}\" must set securityContext.runAsNonRoot=true)";
        if ((own.Number("runAsUser") ?? pod.Number("securityContext", "runAsUser")) == 0)
            yield return $"runAsUser=0 (container \"{name}\" must not set runAsUser=0)";
        if ((own.Text("seccompProfile", "type") ?? pod.Text("securityContext", "seccompProfile", "type")) is not ("RuntimeDefault" or "Localhost"))
            yield return $"seccompProfile (pod or container \"{name}\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }
}
