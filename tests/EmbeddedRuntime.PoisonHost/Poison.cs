namespace MultiAgentInfra.EmbeddedRuntime.PoisonHost;

/// <summary>The ways in which user code ends its process.</summary>
internal static class Poison
{
    public static async Task<string?> TakeAsync(string? kind)
    {
        switch (kind)
        {
            case "fail-fast":
                Environment.FailFast("poison");
                break;
            case "overflow":
                return $"{Recurse(0)}";
            case "exit":
                Environment.Exit(3);
                break;
            case "thread":
                new Thread(() => throw new InvalidOperationException("poison")).Start();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
                break;
        }

        throw new ArgumentException($"'{kind}' is no poison.");
    }

    // The addition after the call keeps it from becoming a loop.
    private static int Recurse(int depth) => depth < 0 ? depth : Recurse(depth + 1) + 1;
}
