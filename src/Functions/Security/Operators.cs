using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Knows who may do what concerns everybody's agents: those who are configured, and where no authentication is, the one user.</summary>
public sealed class Operators(IOptions<OperatorsOptions> options, SigningKey key)
{
    private readonly HashSet<Guid> _subjects = [.. options.Value.Subjects.Select(Guid.Parse)];

    public bool Include(Caller caller) => _subjects.Contains(caller.Subject) || (key.IsDevelopment && caller.Subject == key.DevelopmentSubject);
}
