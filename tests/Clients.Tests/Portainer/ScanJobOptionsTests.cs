using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class ScanJobOptionsTests
{
    [Fact]
    public void Without_the_section_nothing_is_asked_of_the_rest() => Assert.True(new ScanJobValidation(portainer: false, registry: false).Validate(null, new()).Succeeded);

    [Fact]
    public void A_whole_section_is_valid() => Assert.True(new ScanJobValidation(portainer: true, registry: true).Validate(null, Whole()).Succeeded);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once() => Assert.Equal(
        [
            "The section ScanJob needs a Portainer: give Portainer:Address.",
            "The section ScanJob needs an image registry that the cluster can reach: give the section Registry.",
            "ScanJob:EndpointId must be the number of a Kubernetes environment.",
            "ScanJob:Image 'aquasec/trivy:0.74.0' must be Trivy's image by digest, such as mirror.example/trivy@sha256:…; releases were forged in 2026.",
            "ScanJob:Ranges '10.0.0.0/99' is no address range such as 10.0.0.0/24.",
        ],
        new ScanJobValidation(portainer: false, registry: false).Validate(null, new() { EndpointId = 0, Image = "aquasec/trivy:0.74.0", Ranges = ["10.0.0.0/99"] }).Failures);

    [Fact]
    public void A_job_learns_where_databases_are_and_no_secret()
    {
        var settings = Whole().ToSettings(new Dictionary<string, string> { ["TRIVY_DB_REPOSITORY"] = "mirror.example/db:2", ["TRIVY_TOKEN"] = "canary", ["HTTPS_PROXY"] = "http://user:canary@proxy" });

        Assert.Equal(["TRIVY_DB_REPOSITORY"], settings.Environment.Keys);
    }

    private static ScanJobOptions Whole() => new() { EndpointId = 1, Image = $"mirror.example/trivy@{Digest.Of("trivy"u8)}", Ranges = ["10.0.0.0/24"] };
}
