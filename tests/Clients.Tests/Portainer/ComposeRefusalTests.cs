using System.Net;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>What of Portainer's answers is a refusal of the stack, and what is to be tried again.</summary>
public sealed class ComposeRefusalTests
{
    private const string Deploying = "failed to deploy a stack: compose up operation failed: ";

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "Permission denied to access environment", "Forbidden")]
    [InlineData(HttpStatusCode.Forbidden, "Stack management is disabled for non-admin users", "Forbidden")]
    [InlineData(HttpStatusCode.BadRequest, "Environment type does not match", "Unknown")]
    [InlineData(HttpStatusCode.InternalServerError, Deploying + "Error response from daemon: Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", "Unschedulable")]
    [InlineData(HttpStatusCode.InternalServerError, Deploying + "Error response from daemon: authorization denied by plugin policy", "Forbidden")]
    [InlineData(HttpStatusCode.InternalServerError, Deploying + "Error response from daemon: Bind for 127.0.0.1:20000 failed: port is already allocated", "Unknown")]
    [InlineData(HttpStatusCode.InternalServerError, Deploying + "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", null)]
    [InlineData(HttpStatusCode.InternalServerError, "Unable to retrieve stacks from the database", null)]
    [InlineData(HttpStatusCode.BadGateway, "", null)]
    [InlineData(HttpStatusCode.Conflict, "A stack with the normalized name 'a' already exists", null)]
    [InlineData(null, "it took longer than 150 s", null)]
    public void A_refusal_has_a_cause_and_the_words_as_evidence(HttpStatusCode? status, string words, string? cause)
    {
        var refused = ComposeRefusal.Of(new ApiException(HttpMethod.Post, new("https://portainer.example/api/stacks"), status, words));

        Assert.Equal(cause, refused?.Cause);
        Assert.True(refused is null || refused.Evidence.Single() == words);
    }
}
