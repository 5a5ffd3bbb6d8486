using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Stacks of a cluster: an apply without prune, and a row that is written after it.</summary>
internal sealed partial class KubernetesStacks(PortainerState state)
{
    /// <summary>How much later than its answer a stack is made; null for before it, as most versions do.</summary>
    public TimeSpan? Delay { get; set; }

    public PortainerAnswer Create(PortainerCall call, ManagedEnvironment environment)
    {
        if (!environment.IsKubernetes)
            throw new PortainerException(400, "Environment type does not match", "Environment type does not match");
        var body = call.Json();
        if (body.Text("StackFileContent") is not { Length: > 0 } file)
            throw PortainerException.BadPayload("Invalid stack file content");
        var row = new StackRow(state.NewStackId(), body.Text("StackName") ?? "", 3, environment.Id, body.Text("Namespace") ?? "", file)
        {
            CreatedBy = call.User.Name,
            Created = state.Agenda.Now.ToUnixTimeSeconds(),
        };
        if (Delay is { } delay)
            return CreateLater(call, environment, row, delay);
        var output = "";
        if (call.Remains != StackRemains.Row)
            output = Deploy(environment, row, call.User, words => new(500, $"failed to deploy kubernete stack: failed to deploy kubernetes application: {words}", words));
        if (call.Remains != StackRemains.Objects)
            state.Put(row);
        return PortainerAnswer.Ok(new JsonObject { ["Output"] = output });
    }

    public PortainerAnswer Update(PortainerCall call, ManagedEnvironment environment, StackRow row)
    {
        var body = call.Json();
        if (body.Text("StackFileContent") is not { Length: > 0 } file)
            throw PortainerException.BadPayload("Invalid stack file content");
        // The name is saved before anything else, and a body without one blanks it.
        row = row with { Name = body.Text("StackName") ?? "", EnvironmentId = environment.Id, UpdatedBy = call.User.Name, Updated = state.Agenda.Now.ToUnixTimeSeconds() };
        state.Stacks[row.Id] = row;
        if (call.Remains != StackRemains.Row)
            Deploy(environment, row with { File = file }, call.User, words => new(500, "Unable to deploy Kubernetes stack via file content", words));
        if (call.Remains != StackRemains.Objects)
            row = row with { File = file, Status = StackRow.Active, Failure = null };
        state.Stacks[row.Id] = row;
        return PortainerAnswer.Ok(row.ToJson());
    }

    public void Delete(PortainerCall call, ManagedEnvironment environment, StackRow row)
    {
        if (call.Remains != StackRemains.Objects)
        {
            try
            {
                Reach(environment).Kubectl.Delete(row.File, row.Namespace, call.User.IsAdmin ? null : call.User);
            }
            catch (KubectlException failure)
            {
                throw new PortainerException(500, $"failed to remove kubernetes resources: {failure.Message}", failure.Message);
            }
        }

        if (call.Remains != StackRemains.Row)
            state.Drop(row.Id);
    }

    private PortainerAnswer CreateLater(PortainerCall call, ManagedEnvironment environment, StackRow row, TimeSpan delay)
    {
        state.Put(row with { Status = StackRow.Deploying });
        var user = call.User;
        state.Agenda.After(delay, () =>
        {
            if (!state.Stacks.ContainsKey(row.Id))
                return;
            try
            {
                Deploy(environment, row, user, words => new(500, words, words));
                state.Stacks[row.Id] = row;
            }
            catch (PortainerException failure)
            {
                state.Stacks[row.Id] = row with { Status = StackRow.Error, Failure = failure.Message, Updated = state.Agenda.Now.ToUnixTimeSeconds() };
            }
        });
        return PortainerAnswer.Ok(new JsonObject { ["Output"] = "" });
    }

    private static string Deploy(ManagedEnvironment environment, StackRow row, PortainerUser user, Func<string, PortainerException> failure)
    {
        var labels = new Dictionary<string, string>
        {
            ["io.portainer.kubernetes.application.stackid"] = row.Id.ToString(CultureInfo.InvariantCulture),
            ["io.portainer.kubernetes.application.stack"] = Clean(row.Name),
            ["io.portainer.kubernetes.application.name"] = Clean(row.Name),
            ["io.portainer.kubernetes.application.owner"] = Clean(row.CreatedBy),
            ["io.portainer.kubernetes.application.kind"] = "content",
        };
        try
        {
            return Reach(environment).Kubectl.Apply(row.File, row.Namespace, labels, user.IsAdmin ? null : user);
        }
        catch (KubectlException words)
        {
            throw failure(words.Message);
        }
    }

    private static Cluster Reach(ManagedEnvironment environment) => environment is { IsUp: true, Cluster: { } cluster }
        ? cluster
        : throw new KubectlException("Unable to connect to the server: dial tcp 10.0.0.1:6443: connect: connection refused");

    private static string Clean(string value) => NotAllowed().Replace(value, ".").Trim('.', '-', '_');

    [GeneratedRegex("[^A-Za-z0-9._-]+")]
    private static partial Regex NotAllowed();
}
