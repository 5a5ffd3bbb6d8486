using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The fields of the kinds that agents are made of. kubectl refuses a field that is not among them, and an API server drops it.</summary>
internal static class Fields
{
    // A type, and its fields; one with a type of its own is looked into, and a type that is not here has any fields.
    private static readonly Dictionary<string, Dictionary<string, string>> Types = Parse("""
        Meta: annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation labels managedFields name namespace ownerReferences resourceVersion selfLink uid
        Namespace: spec status
        ServiceAccount: automountServiceAccountToken imagePullSecrets secrets
        ConfigMap: binaryData data immutable
        Secret: data immutable stringData type
        Service: spec=ServiceSpec status
        ServiceSpec: allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports=ServicePort publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig trafficDistribution type
        ServicePort: appProtocol name nodePort port protocol targetPort
        ResourceQuota: spec=QuotaSpec status
        QuotaSpec: hard scopeSelector scopes
        LimitRange: spec=LimitRangeSpec
        LimitRangeSpec: limits=LimitItem
        LimitItem: default defaultRequest max maxLimitRequestRatio min type
        PersistentVolumeClaim: spec=ClaimSpec status
        ClaimSpec: accessModes dataSource dataSourceRef resources selector storageClassName volumeAttributesClassName volumeMode volumeName
        StatefulSet: spec=StatefulSetSpec status
        StatefulSetSpec: minReadySeconds ordinals persistentVolumeClaimRetentionPolicy=Retention podManagementPolicy replicas revisionHistoryLimit selector=Selector serviceName template=Template updateStrategy=Strategy volumeClaimTemplates
        Retention: whenDeleted whenScaled
        Deployment: spec=DeploymentSpec status
        DeploymentSpec: minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector=Selector strategy=Strategy template=Template
        Strategy: rollingUpdate type
        Selector: matchExpressions matchLabels
        Job: spec=JobSpec status
        JobSpec: activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector suspend template=Template ttlSecondsAfterFinished
        Template: metadata=Meta spec=PodSpec
        Pod: spec=PodSpec status
        PodSpec: activeDeadlineSeconds affinity automountServiceAccountToken containers=Container dnsConfig dnsPolicy enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname imagePullSecrets=NameOnly initContainers=Container nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims restartPolicy runtimeClassName schedulerName schedulingGates securityContext=PodSecurityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints=Spread volumes=Volume
        NameOnly: name
        PodSecurityContext: appArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile supplementalGroups sysctls windowsOptions
        Spread: labelSelector=Selector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey whenUnsatisfiable
        Container: args command env=Variable envFrom=VariableSource image imagePullPolicy lifecycle livenessProbe=Probe name ports=ContainerPort readinessProbe=Probe resizePolicy resources=Resources restartPolicy securityContext=SecurityContext startupProbe=Probe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts=Mount workingDir
        Variable: name value valueFrom
        VariableSource: configMapRef prefix secretRef
        Probe: exec failureThreshold grpc httpGet=HttpGet initialDelaySeconds periodSeconds successThreshold tcpSocket terminationGracePeriodSeconds timeoutSeconds
        HttpGet: host httpHeaders path port scheme
        ContainerPort: containerPort hostIP hostPort name protocol
        Resources: claims limits requests
        SecurityContext: allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions
        Mount: mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr
        Volume: configMap csi downwardAPI emptyDir=EmptyDir ephemeral hostPath image name nfs persistentVolumeClaim=ClaimSource projected secret
        EmptyDir: medium sizeLimit
        ClaimSource: claimName readOnly
        NetworkPolicy: spec=NetworkPolicySpec
        NetworkPolicySpec: egress=Egress ingress=IngressRule podSelector=Selector policyTypes
        Egress: ports=PolicyPort to=Peer
        IngressRule: from=Peer ports=PolicyPort
        PolicyPort: endPort port protocol
        Peer: ipBlock=IpBlock namespaceSelector=Selector podSelector=Selector
        IpBlock: cidr except
        Ingress: spec=IngressSpec status
        IngressSpec: defaultBackend ingressClassName rules=HostRule tls=Tls
        HostRule: host http
        Tls: hosts secretName
        PodDisruptionBudget: spec=BudgetSpec status
        BudgetSpec: maxUnavailable minAvailable selector=Selector unhealthyPodEvictionPolicy
        HorizontalPodAutoscaler: spec=ScalerSpec status
        ScalerSpec: behavior maxReplicas metrics minReplicas scaleTargetRef=TargetRef
        TargetRef: apiVersion kind name
        """);

    private static readonly string[] Top = ["apiVersion", "kind", "metadata"];

    /// <summary>Paths of the fields that no such kind has; they are removed.</summary>
    public static IReadOnlyList<string> TakeUnknown(KubeResource resource, JsonObject item)
    {
        var unknown = new List<string>();
        if (!Types.TryGetValue(resource.Kind, out var fields))
            return unknown;
        var all = fields.Concat(Top.Select(name => KeyValuePair.Create(name, name == "metadata" ? "Meta" : ""))).ToDictionary();
        Take(item, all, "", unknown);
        return unknown;
    }

    private static void Take(JsonObject item, Dictionary<string, string> fields, string path, List<string> unknown)
    {
        foreach (var (name, value) in item.ToArray())
        {
            if (!fields.TryGetValue(name, out var type))
            {
                unknown.Add(path + name);
                item.Remove(name);
            }
            else if (type.Length > 0 && Types.TryGetValue(type, out var inner))
            {
                if (value is JsonObject child)
                    Take(child, inner, $"{path}{name}.", unknown);
                else if (value is JsonArray children)
                    TakeEach(children, inner, path + name, unknown);
            }
        }
    }

    private static void TakeEach(JsonArray items, Dictionary<string, string> fields, string path, List<string> unknown)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is JsonObject child)
                Take(child, fields, $"{path}[{i}].", unknown);
        }
    }

    private static Dictionary<string, Dictionary<string, string>> Parse(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(": ", 2))
        .ToDictionary(
            parts => parts[0].Trim(),
            parts => parts[1].Split(' ').Select(field => field.Split('=')).ToDictionary(field => field[0], field => field.ElementAtOrDefault(1) ?? ""));
}
