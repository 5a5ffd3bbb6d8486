using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>One stack per key. Portainer neither answers the number of a new stack of Kubernetes nor refuses a second one of the same name, so each is
/// looked for by its name, and by the number on its objects, before one is made. One whose create was sent is waited for and adopted: the create is
/// repeated only when <see cref="StepBudgets.Unanswered"/> has passed and still nothing is there. An update may be repeated at once: Portainer does one after the other.</summary>
public sealed class PortainerStacks(PortainerClient client, UnansweredStackStore unanswered, TimeProvider time)
{
    /// <summary>Portainer puts it on every object of a stack of Kubernetes.</summary>
    internal const string StackIdLabel = "io.portainer.kubernetes.application.stackid";

    private readonly SharedList<PortainerStack> _stacks = new(client.ListStacksAsync, time);

    /// <param name="seen">The number on an object of the stack; null when there is none.</param>
    /// <returns>The newest; null when there is none.</returns>
    public async Task<PortainerStack?> FindAsync(StackKey key, int? seen, CancellationToken cancellationToken) =>
        await FindAllAsync(key, seen, cancellationToken) is [.., var newest] ? newest : null;

    /// <summary>Makes the stack be that content. An error says nothing of the objects: those before the failing one were applied.</summary>
    /// <exception cref="StackUnansweredException">Portainer may be making it.</exception>
    public async Task ApplyAsync(StackKey key, string content, int? seen, CancellationToken cancellationToken)
    {
        if (await UpdateAsync(key, content, seen, cancellationToken))
            return;
        if (await unanswered.HasAsync(key, cancellationToken))
            throw new StackUnansweredException(key);

        await unanswered.AddAsync(key, cancellationToken);
        try
        {
            await client.CreateStackAsync(key, content, cancellationToken);
            await unanswered.RemoveAsync(key);
        }
        catch (ApiException exception) when (exception.MayGoOn)
        {
            throw new StackUnansweredException(key);
        }
        catch (ApiException exception)
        {
            await unanswered.RemoveAsync(key);
            // What failed within the request has no row, unless it failed after that, or had got no further.
            if (!exception.IsUnknown || !await UpdateAsync(key, content, null, cancellationToken))
                throw;
        }
    }

    /// <summary>Whether Portainer may still make a stack that is not there.</summary>
    public async Task<bool> IsAwaitedAsync(StackKey key, CancellationToken cancellationToken) =>
        await unanswered.HasAsync(key, cancellationToken) && await FindAsync(key, null, cancellationToken) is null;

    /// <summary>Removes every stack of the key with its objects; none is no error.</summary>
    public async Task RemoveAsync(StackKey key, int? seen, CancellationToken cancellationToken)
    {
        foreach (var stack in await FindAllAsync(key, seen, cancellationToken))
        {
            await DeleteAsync(stack, cancellationToken);
            await unanswered.RemoveAsync(key);
        }
    }

    private async Task<bool> UpdateAsync(StackKey key, string content, int? seen, CancellationToken cancellationToken)
    {
        var stacks = await FindAllAsync(key, seen, cancellationToken);
        if (stacks is not [.., var newest] || !await client.UpdateStackAsync(newest, content, cancellationToken))
            return false;
        await unanswered.RemoveAsync(key);
        foreach (var other in stacks.SkipLast(1))
            await DropAsync(key, other, cancellationToken);
        return true;
    }

    /// <summary>Removes a stack whose objects are another's too. Portainer deletes whatever the stack's file names, so that file is to name nothing of the agent first.</summary>
    private async Task DropAsync(StackKey key, PortainerStack stack, CancellationToken cancellationToken)
    {
        var nothing = FormattableString.Invariant($"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {key.Name}-duplicate-{stack.Id}\n");
        if (await client.UpdateStackAsync(stack, nothing, cancellationToken))
            await DeleteAsync(stack, cancellationToken);
    }

    private async Task DeleteAsync(PortainerStack stack, CancellationToken cancellationToken)
    {
        await client.DeleteStackAsync(stack, cancellationToken);
        if (await client.FindStackAsync(stack.Id, cancellationToken) is not null)
            throw new InvalidOperationException($"Portainer still has stack {stack.Id} '{stack.Name}' after it was deleted.");
    }

    /// <summary>Oldest first. Each is seen twice: a list may show what is gone, and the number may be another's by now.</summary>
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
}
