using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A pod of an agent that its kubelet finds ready.</summary>
internal sealed record RunningPod(string Space, string Pod, string Uid, AgentLaunch Launch) : AgentState.Running($"Pod {Pod}", RuntimeSettings.Port, Launch);
