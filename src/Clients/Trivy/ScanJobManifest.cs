using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>The objects of scans on a cluster: a namespace whose pods reach names and the ranges that are given, a Job per image, and a Secret with the
/// credential that pulls this image and the rules for secrets, which goes when the Job does.</summary>
internal static class ScanJobManifest
{
    public const string Namespace = "multi-agent-infra-scans";
    public const string Container = "trivy";

    private const string ScanFolder = "/scan";
    private const string WorkFolder = "/work";
    private const string RulesFile = "secret-rules.yaml";
    private const int UserId = 65534;
    private const int OwnerAndGroupRead = 0x120;
    private const int KeptSeconds = 600;

    /// <summary>The same for the same image, so that a scan is found again; a part of its digest, because a name has 63 characters at most.</summary>
    public static string Name(Digest image) => $"scan-{image.Hex[..40]}";

    public static IReadOnlyList<ManifestObject> Surroundings(ScanJobSettings settings) =>
    [
        OwnerManifest.RestrictedNamespace(Namespace, Labels()),
        new(new JsonObject
        {
            ["apiVersion"] = "networking.k8s.io/v1",
            ["kind"] = "NetworkPolicy",
            ["metadata"] = Metadata("scans"),
            ["spec"] = OwnerTraffic.Outward(settings.Ranges),
        }),
    ];

    public static ManifestObject Job(TrivySource source, ScanJobSettings settings, TrivyOptions options) => new(new JsonObject
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["metadata"] = Metadata(Name(source.Image)),
        ["spec"] = new JsonObject
        {
            // For a pod that was evicted; Trivy's own failures are in the log of a pod that succeeds.
            ["backoffLimit"] = 1,
            ["activeDeadlineSeconds"] = (int)options.Timeout.TotalSeconds,
            ["ttlSecondsAfterFinished"] = KeptSeconds,
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Labels() }, ["spec"] = Pod(source, settings, options) },
        },
    });

    /// <param name="job">It waits for this Secret.</param>
    public static ManifestObject Secret(TrivySource source, KubernetesMetadata job)
    {
        var metadata = Metadata(Name(source.Image));
        metadata["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["name"] = job.Name, ["uid"] = job.Uid });
        return new(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = metadata,
            ["type"] = "Opaque",
            ["data"] = new JsonObject
            {
                ["config.json"] = Base64(new JsonObject { ["auths"] = source.Accounts.DeepClone() }.ToJsonString()),
                [RulesFile] = Base64(TrivyFolder.Rules()),
            },
        });
    }

    private static JsonObject Pod(TrivySource source, ScanJobSettings settings, TrivyOptions options) => new()
    {
        ["automountServiceAccountToken"] = false,
        ["enableServiceLinks"] = false,
        ["restartPolicy"] = "Never",
        ["securityContext"] = new JsonObject
        {
            ["runAsNonRoot"] = true,
            ["runAsUser"] = UserId,
            ["runAsGroup"] = UserId,
            ["fsGroup"] = UserId,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        },
        ["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = Container,
            ["image"] = settings.Image,
            ["command"] = new JsonArray(
                ["sh", "-c", EmbeddedText.Read("scan-job.sh"), "scan", .. TrivyArguments.Of(options, $"{ScanFolder}/{RulesFile}").Concat(source.Arguments).Select(word => (JsonNode)word)]),
            ["workingDir"] = WorkFolder,
            ["env"] = Environment(settings),
            ["resources"] = new JsonObject
            {
                ["requests"] = new JsonObject { ["cpu"] = "500m", ["memory"] = "1Gi" },
                ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "4Gi" },
            },
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "work", ["mountPath"] = WorkFolder },
                new JsonObject { ["name"] = "scan", ["mountPath"] = ScanFolder, ["readOnly"] = true }),
        }),
        ["volumes"] = new JsonArray(
            new JsonObject { ["name"] = "work", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "10Gi" } },
            new JsonObject { ["name"] = "scan", ["secret"] = new JsonObject { ["secretName"] = Name(source.Image), ["defaultMode"] = OwnerAndGroupRead } }),
    };

    private static JsonArray Environment(ScanJobSettings settings) =>
    [
        .. settings.Environment.Concat(new Dictionary<string, string>
        {
            ["DOCKER_CONFIG"] = ScanFolder,
            ["HOME"] = WorkFolder,
            // Of seconds between half a MiB and the next: a reader looks more often.
            ["SCAN_PAUSE"] = string.Create(CultureInfo.InvariantCulture, $"{KubernetesJobScanner.Pause.TotalSeconds * 3}"),
            ["TMPDIR"] = WorkFolder,
            ["TRIVY_CACHE_DIR"] = $"{WorkFolder}/cache",
        }).OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value }),
    ];

    private static JsonObject Metadata(string name) => new() { ["name"] = name, ["namespace"] = Namespace, ["labels"] = Labels() };

    private static JsonObject Labels() => new() { [KubernetesNames.NameLabel] = "scan", [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
