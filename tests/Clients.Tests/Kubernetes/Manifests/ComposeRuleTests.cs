namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

public sealed class ComposeRuleTests
{
    public static TheoryData<string> Files => [.. Samples.Documents.Keys.Where(name => name.StartsWith("compose", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_compose_file_is_as_its_specification_says(string name) => Assert.Empty(ComposeRules.Problems(YamlReader.Read(Samples.Documents[name]).Single()));

    [Theory]
    [InlineData("unless-stopped", "unless-crashed", "agent.restart")]
    [InlineData("  retries: 3", "  tries: 3", "agent.healthcheck")]
    [InlineData("mem_limit: \"1024m\"", "mem_limit: 1024.5", "agent.mem_limit")]
    [InlineData("pids_limit", "pids", "agent.pids")]
    [InlineData("  data:\n", "  other:\n", "the volume data")]
    [InlineData("external: true", "external: true\n    labels:\n      a: b", "secrets")]
    [InlineData("stop_grace_period: \"30s\"", "stop_grace_period: 30", "agent.stop_grace_period")]
    [InlineData("restart:", "network_mode: host\n    restart:", "beside its network mode")]
    public void What_compose_would_refuse_is_found(string part, string broken, string problem) => Assert.Contains(
        ComposeRules.Problems(YamlReader.Read(Samples.Documents["compose.yaml"].Replace(part, broken, StringComparison.Ordinal)).Single()),
        found => found.Contains(problem, StringComparison.Ordinal));
}
