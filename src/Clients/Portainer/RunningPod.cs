using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A pod of an agent that its kubelet finds ready.</summary>
internal sealed record RunningPod(KubernetesMetadata Pod, AgentLaunch Launch) : AgentState.Running($"Pod {Pod.Name}", RuntimeSettings.Port, Launch);
