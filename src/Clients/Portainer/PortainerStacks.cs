namespace MultiAgentInfra.Clients.Portainer;

/// <summary>One stack per key. Portainer neither answers the number of a new stack of Kubernetes nor refuses a second one of the same name, so each is
/// looked for by its name, and by the number on its objects, before one is made; one whose create was accepted is adopted.</summary>
public sealed class PortainerStacks(PortainerClient client, TimeProvider time)
{
    /// <summary>Portainer puts it on every object of a stack of Kubernetes.</summary>
    internal const string StackIdLabel = "io.portainer.kubernetes.application.stackid";

    private const int MostLooks = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly SharedList<PortainerStack> _stacks = new(client.ListStacksAsync, time);

    /// <param name="seen">The number on an object of the stack; null when there is none.</param>
    /// <returns>The newest; null when there is none.</returns>
    public async Task<PortainerStack?> FindAsync(StackKey key, int? seen, CancellationToken cancellationToken) =>
        await FindAllAsync(key, seen, cancellationToken) is [.., var newest] ? newest : null;

    /// <summary>Makes the stack be that content. An error says nothing of the objects: those before the failing one were applied.</summary>
    public async Task ApplyAsync(StackKey key, string content, int? seen, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, seen, cancellationToken) is { } stack && await client.UpdateStackAsync(stack, content, cancellationToken))
            return;

        try
        {
            await client.CreateStackAsync(key, content, cancellationToken);
        }
        catch (ApiException exception) when (exception.IsUnknown)
        {
            // What failed within the request has no row. Without an answer it may still be under way.
            if (await AwaitAsync(key, exception.Status is null ? MostLooks : 1, cancellationToken) is not { } adopted)
                throw;
            // It may have got no further than its row.
            await client.UpdateStackAsync(adopted, content, cancellationToken);
        }
    }

    /// <summary>Removes every stack of the key with its objects; none is no error.</summary>
    public async Task RemoveAsync(StackKey key, int? seen, CancellationToken cancellationToken)
    {
        foreach (var stack in await FindAllAsync(key, seen, cancellationToken))
        {
            await client.DeleteStackAsync(stack, cancellationToken);
            if (await client.FindStackAsync(stack.Id, cancellationToken) is not null)
                throw new InvalidOperationException($"Portainer still has stack {stack.Id} '{stack.Name}' after it was deleted.");
        }
    }

    /// <summary>Each is seen twice: a list may show what is gone, and the number may be another's by now.</summary>
    private async Task<IReadOnlyList<PortainerStack>> FindAllAsync(StackKey key, int? seen, CancellationToken cancellationToken)
    {
        var listed = (await _stacks.GetAsync(since: null, cancellationToken)).Where(key.Matches).Select(stack => stack.Id).Order().ToList();
        if (listed.Count == 0 && seen is { } unlisted)
            listed.Add(unlisted);
        var found = new List<PortainerStack>();
        foreach (var id in listed)
        {
            if (await client.FindStackAsync(id, cancellationToken) is { } stack && key.Matches(stack))
                found.Add(stack);
        }

        return found;
    }

    private async Task<PortainerStack?> AwaitAsync(StackKey key, int looks, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            if (await FindAsync(key, null, cancellationToken) is { } stack)
                return stack;
            if (look == looks)
                return null;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
