using System.Globalization;
using System.Reflection;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>How an image came to be (https://slsa.dev/spec/v1.0/provenance).</summary>
public sealed record SlsaProvenance(BuildDefinition BuildDefinition, RunDetails RunDetails)
{
    public const string PredicateType = "https://slsa.dev/provenance/v1";
}

/// <summary>What decides what a build makes.</summary>
/// <param name="BuildType">Says how the parameters are to be read.</param>
/// <param name="ExternalParameters">What a user asked for: an object that is written as JSON. Holds no secret.</param>
/// <param name="ResolvedDependencies">What was read besides, each by its digest.</param>
public sealed record BuildDefinition(string BuildType, object ExternalParameters, IReadOnlyList<ResourceDescriptor> ResolvedDependencies);

/// <summary>One run of a build.</summary>
public sealed record RunDetails(ProvenanceBuilder Builder, RunMetadata Metadata)
{
    /// <summary>Of this control plane.</summary>
    /// <param name="builder">Such as <c>npm</c> or <c>docker</c>.</param>
    /// <param name="operationId">The operation that the build was a part of.</param>
    public static RunDetails Of(string builder, Guid operationId, DateTimeOffset started, DateTimeOffset finished) => new(
        new($"https://multiagentinfra.dev/builders/{builder}", new Dictionary<string, string> { ["multiagentinfra"] = Version() }),
        new(operationId.ToString("D"), Text(started), Text(finished)));

    private static string Version() => typeof(RunDetails).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    // https://github.com/in-toto/attestation/blob/main/spec/v1/field_types.md#timestamp
    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Who vouches for the provenance.</summary>
public sealed record ProvenanceBuilder(string Id, IReadOnlyDictionary<string, string> Version);

/// <summary>When a build ran; times in UTC to the second.</summary>
public sealed record RunMetadata(string InvocationId, string StartedOn, string FinishedOn);
