namespace MultiAgentInfra.TestSupport;

/// <summary>How a registry fails: which calls, how often, and in what way.</summary>
/// <param name="Method">Such as <c>PUT</c>.</param>
/// <param name="Path">A part of the path, or of its query.</param>
public sealed record RegistryFault(string Method, string Path)
{
    public int Times { get; init; } = 1;

    /// <summary>Answers this in place of the registry.</summary>
    public int? Status { get; init; }

    public string? Body { get; init; }

    /// <summary>Of that answer, or in place of the registry's own.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Breaks the connection when this many bytes of all bodies of such calls have gone to the registry.</summary>
    public long? CutRequestAt { get; init; }

    /// <summary>Breaks the connection when the registry has done its work and would answer.</summary>
    public bool LoseAnswer { get; init; }

    /// <summary>Breaks the connection after this many bytes of the answer's body.</summary>
    public long? CutAnswerAt { get; init; }

    /// <summary>Changes a byte of the answer's body.</summary>
    public bool Damage { get; init; }

    /// <summary>Answers with a body that never ends.</summary>
    public bool Endless { get; init; }

    /// <summary>Answers nothing until the client gives up.</summary>
    public bool Silent { get; init; }

    /// <summary>Runs when the registry has answered and before the client hears of it.</summary>
    public Func<Task>? Then { get; init; }
}
