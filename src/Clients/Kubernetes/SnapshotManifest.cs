using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The snapshot of a singleton's data that is taken before a launch, and the claim that puts it back.</summary>
internal static class SnapshotManifest
{
    /// <param name="launch">What the snapshot is taken before.</param>
    /// <param name="className">The VolumeSnapshotClass, of the same driver as the claim.</param>
    /// <param name="note">What is known of the claim's data.</param>
    public static ManifestObject Of(KubernetesClaim claim, AgentLaunch launch, string className, DataNote note)
    {
        var name = KubernetesNames.Snapshot(launch.AgentId, launch.Revision, launch.Attempt);
        var restored = new DataNote(note.Version, launch.OperationId, launch.ElizaVersion, name, IsRestored: true);
        return new(new JsonObject
        {
            ["apiVersion"] = KubernetesKind.Snapshot.ApiVersion,
            ["kind"] = KubernetesKind.Snapshot.Name,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = claim.Metadata.Namespace,
                ["labels"] = AgentManifest.Map(AgentManifest.Labels(launch, launch.OrganizationId, note.Version)),
                // Of the claim itself nothing is left when this is needed.
                ["annotations"] = new JsonObject { [KubernetesNames.ClaimAnnotation] = Claim(claim, restored).ToJsonString() },
            },
            ["spec"] = new JsonObject
            {
                ["volumeSnapshotClassName"] = className,
                ["source"] = new JsonObject { ["persistentVolumeClaimName"] = claim.Metadata.Name },
            },
        });
    }

    /// <summary>The claim that puts the snapshot's data back, by order of that launch's operation; null when the snapshot does not tell.</summary>
    public static ManifestObject? ReadClaim(KubernetesSnapshot snapshot, AgentLaunch launch)
    {
        if (snapshot.Metadata.Annotations?.GetValueOrDefault(KubernetesNames.ClaimAnnotation) is not { } json || JsonNode.Parse(json) is not JsonObject claim
            || new ManifestObject(claim) is not { Kind: "PersistentVolumeClaim" } manifest
            || manifest.Name != KubernetesNames.Claim(launch.AgentId) || manifest.Namespace != snapshot.Metadata.Namespace)
        {
            return null;
        }

        var annotations = claim["metadata"]!["annotations"]!.AsObject();
        var note = DataNote.Read(annotations[KubernetesNames.DataAnnotation]!.GetValue<string>())!;
        annotations[KubernetesNames.DataAnnotation] = (note with { OperationId = launch.OperationId }).Write();
        return manifest;
    }

    private static JsonObject Claim(KubernetesClaim claim, DataNote note)
    {
        var spec = new JsonObject
        {
            ["accessModes"] = new JsonArray([.. (claim.Spec.AccessModes ?? []).Select(mode => JsonValue.Create(mode))]),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = claim.Size } },
            ["storageClassName"] = claim.Spec.StorageClassName,
            ["dataSource"] = new JsonObject
            {
                ["apiGroup"] = KubernetesKind.Snapshot.ApiVersion.Split('/')[0],
                ["kind"] = KubernetesKind.Snapshot.Name,
                ["name"] = note.Snapshot,
            },
        };
        if (claim.Spec.VolumeMode is { } mode)
            spec["volumeMode"] = mode;
        return new()
        {
            ["apiVersion"] = KubernetesKind.Claim.ApiVersion,
            ["kind"] = KubernetesKind.Claim.Name,
            ["metadata"] = new JsonObject
            {
                ["name"] = claim.Metadata.Name,
                ["namespace"] = claim.Metadata.Namespace,
                ["labels"] = AgentManifest.Map(claim.Metadata.Labels ?? new Dictionary<string, string>()),
                ["annotations"] = new JsonObject { [KubernetesNames.DataAnnotation] = note.Write() },
            },
            ["spec"] = spec,
        };
    }
}
