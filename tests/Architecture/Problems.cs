namespace MultiAgentInfra.Architecture;

/// <summary>Fails with all of a rule's problems at once, a line each.</summary>
internal static class Problems
{
    public static void None(IEnumerable<string?> problems)
    {
        var found = problems.Distinct().ToArray();
        if (found.Length > 0)
        {
            Assert.Fail(string.Join('\n', found));
        }
    }
}
