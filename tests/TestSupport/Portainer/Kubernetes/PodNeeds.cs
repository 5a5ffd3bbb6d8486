namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The Secrets and ConfigMaps that a pod names and its namespace lacks, in a kubelet's words; null when all are there.</summary>
internal sealed class PodNeeds(ObjectStore store)
{
    /// <summary>Of the environment; without it the container is not made.</summary>
    public string? Variables(PodRun run)
    {
        foreach (var container in run.Spec.Items("containers"))
        {
            var secrets = container.Items("envFrom").Where(from => !from.Flag("secretRef", "optional")).Select(from => from.Text("secretRef", "name"))
                .Concat(container.Items("env").Where(from => !from.Flag("valueFrom", "secretKeyRef", "optional")).Select(from => from.Text("valueFrom", "secretKeyRef", "name")));
            var maps = container.Items("envFrom").Select(from => from.Text("configMapRef", "name"))
                .Concat(container.Items("env").Select(from => from.Text("valueFrom", "configMapKeyRef", "name")));
            if (secrets.OfType<string>().FirstOrDefault(name => store.Find(KubeResource.Secrets, run.Facts.Namespace, name) is null) is { } secret)
                return $"secret \"{secret}\" not found";
            if (maps.OfType<string>().FirstOrDefault(name => store.Find(KubeResource.ConfigMaps, run.Facts.Namespace, name) is null) is { } map)
                return $"configmap \"{map}\" not found";
        }

        return null;
    }

    /// <summary>Of the volumes; without it nothing begins.</summary>
    public string? Mount(PodRun run) => run.Spec.Items("volumes")
        .Select(volume => (Name: volume.Text("name"), Secret: volume.Text("secret", "secretName"), Map: volume.Text("configMap", "name"), Optional: volume.Flag("secret", "optional")))
        .Where(volume => !volume.Optional)
        .Select(volume => volume.Secret is { } secret && store.Find(KubeResource.Secrets, run.Facts.Namespace, secret) is null
            ? $"MountVolume.SetUp failed for volume \"{volume.Name}\" : secret \"{secret}\" not found"
            : volume.Map is { } map && store.Find(KubeResource.ConfigMaps, run.Facts.Namespace, map) is null
                ? $"MountVolume.SetUp failed for volume \"{volume.Name}\" : configmap \"{map}\" not found"
                : null)
        .FirstOrDefault(problem => problem is not null);
}
