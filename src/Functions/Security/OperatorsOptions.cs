using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Who may do what concerns everybody's agents, such as draining a cluster; nobody when it is absent.</summary>
public sealed class OperatorsOptions
{
    public const string Section = "Operators";

    /// <summary>The subjects of their access tokens, UUIDs.</summary>
    public IReadOnlyList<string> Subjects { get; set; } = [];
}

/// <summary>A subject that no token can have would be a right that nobody gets.</summary>
internal sealed class OperatorsValidation : IValidateOptions<OperatorsOptions>
{
    public ValidateOptionsResult Validate(string? name, OperatorsOptions options)
    {
        var failures = options.Subjects
            .Select((subject, index) => (subject, index))
            .Where(item => !Guid.TryParseExact(item.subject, "D", out _))
            .Select(item => $"Operators:Subjects:{item.index} '{item.subject}' is no UUID.")
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
