using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Events as the parts of a cluster write them: the same words about the same object raise a count, and an hour later they are gone.</summary>
internal sealed class KubeEvents(ObjectStore store, Agenda agenda)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly Dictionary<(string Uid, string Reason, string Message), JsonObject> _known = [];
    private long _number = 0x17a0000000000000;

    public void Warn(KubeResource resource, JsonObject about, string reason, string message, string source = "kubelet") =>
        Write(resource, about, "Warning", (reason, message, source));

    public void Tell(KubeResource resource, JsonObject about, string reason, string message, string source = "kubelet") =>
        Write(resource, about, "Normal", (reason, message, source));

    private void Write(KubeResource resource, JsonObject about, string type, (string Reason, string Message, string Source) what)
    {
        var key = (about.Uid(), what.Reason, what.Message);
        if (_known.TryGetValue(key, out var known) && store.Find(KubeResource.Events, known.Namespace(), known.Name()) is { } found)
        {
            _known[key] = store.Update(KubeResource.Events, found, item =>
            {
                item["count"] = (item.Number("count") ?? 1) + 1;
                item["lastTimestamp"] = agenda.Now.Stamp();
            });
            return;
        }

        var made = store.Create(KubeResource.Events, Build(resource, about, type, what));
        _known[key] = made;
        agenda.After(Kept, () => Expire(key));
    }

    private JsonObject Build(KubeResource resource, JsonObject about, string type, (string Reason, string Message, string Source) what) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"{about.Name()}.{++_number:x16}"),
            ["namespace"] = resource.Namespaced ? about.Namespace() : "default",
        },
        ["involvedObject"] = new JsonObject
        {
            ["kind"] = resource.Kind,
            ["namespace"] = about.Namespace(),
            ["name"] = about.Name(),
            ["uid"] = about.Uid(),
            ["apiVersion"] = resource.ApiVersion,
            ["resourceVersion"] = about.Text("metadata", "resourceVersion"),
        },
        ["reason"] = what.Reason,
        ["message"] = what.Message,
        ["source"] = new JsonObject { ["component"] = what.Source },
        ["firstTimestamp"] = agenda.Now.Stamp(),
        ["lastTimestamp"] = agenda.Now.Stamp(),
        ["count"] = 1,
        ["type"] = type,
        ["eventTime"] = null,
        ["reportingComponent"] = what.Source,
        ["reportingInstance"] = "",
    };

    private void Expire((string Uid, string Reason, string Message) key)
    {
        if (!_known.TryGetValue(key, out var known) || store.Find(KubeResource.Events, known.Namespace(), known.Name()) is not { } found)
        {
            _known.Remove(key);
            return;
        }

        var left = DateTimeOffset.Parse(found.Text("lastTimestamp")!, CultureInfo.InvariantCulture) + Kept - agenda.Now;
        if (left > TimeSpan.Zero)
        {
            agenda.After(left, () => Expire(key));
            return;
        }

        _known.Remove(key);
        store.Remove(KubeResource.Events, found);
    }
}
