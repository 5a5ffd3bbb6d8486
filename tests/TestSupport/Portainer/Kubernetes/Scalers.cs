using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The controller of HorizontalPodAutoscalers without any metrics: it keeps its target within the bounds, and leaves one alone that is scaled to nothing.</summary>
internal sealed class Scalers(Cluster cluster)
{
    public void Changed(ObjectChange change)
    {
        if (change.After is not { } item || (change.Resource != KubeResource.Scalers && !change.Resource.HasScale))
            return;
        cluster.Agenda.After(TimeSpan.Zero, () =>
        {
            foreach (var scaler in cluster.Store.List(KubeResource.Scalers, item.Namespace()).ToArray())
                Bound(scaler);
        });
    }

    private void Bound(JsonObject scaler)
    {
        if (KubeResource.OfKind(scaler.Text("spec", "scaleTargetRef", "apiVersion"), scaler.Text("spec", "scaleTargetRef", "kind")) is not { } resource
            || cluster.Store.Find(resource, scaler.Namespace(), scaler.Text("spec", "scaleTargetRef", "name") ?? "") is not { } target || target.IsDeleting())
        {
            return;
        }

        var current = target.Number("spec", "replicas") ?? 1;
        var wanted = current == 0 ? 0 : Math.Clamp(current, scaler.Number("spec", "minReplicas") ?? 1, scaler.Number("spec", "maxReplicas") ?? current);
        if (wanted != current)
            cluster.Store.Update(resource, target, item => item.Child("spec")["replicas"] = wanted, byRequest: true);
        cluster.Store.Update(KubeResource.Scalers, scaler, item => item["status"] = new JsonObject { ["currentReplicas"] = target.Number("status", "replicas") ?? 0, ["desiredReplicas"] = wanted });
    }
}
