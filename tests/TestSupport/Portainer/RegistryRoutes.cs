using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Registries, and the secrets that they become in namespaces.</summary>
internal sealed class RegistryRoutes(PortainerState state)
{
    public PortainerAnswer List(PortainerCall call)
    {
        call.MustBeAdmin();
        return PortainerAnswer.Ok(new JsonArray([.. state.Registries.Values.Select(registry => registry.ToJson())]));
    }

    public PortainerAnswer Get(PortainerCall call) => PortainerAnswer.Ok(Find(call.Route("id")).ToJson());

    public PortainerAnswer Delete(PortainerCall call)
    {
        call.MustBeAdmin();
        state.Registries.Remove(Find(call.Route("id")).Id);
        return PortainerAnswer.Empty;
    }

    public PortainerAnswer Create(PortainerCall call)
    {
        call.MustBeAdmin();
        var body = call.Json();
        var (name, url, user, password) = (body.Text("Name"), body.Text("URL"), body.Text("Username") ?? "", body.Text("Password") ?? "");
        if (name is not { Length: > 0 })
            throw PortainerException.BadPayload("Invalid registry name");
        if (url is not { Length: > 0 })
            throw PortainerException.BadPayload("Invalid registry URL");
        if (body.Flag("Authentication") && (user.Length == 0 || password.Length == 0))
            throw PortainerException.BadPayload("Invalid credentials. Username and password must be specified when authentication is enabled");
        if (body.Number("Type") is not (>= 1 and <= 7))
            throw PortainerException.BadPayload("Invalid registry type. Valid values are: 1 (Quay.io), 2 (Azure container registry), 3 (custom registry), 4 (Gitlab registry), 5 (ProGet registry), 6 (DockerHub), 7 (ECR)");
        var auth = new JsonObject { ["username"] = user, ["password"] = password, ["serveraddress"] = url }.ToJsonString();
        if (state.Registries.Values.FirstOrDefault(other => other.Name == name) is not null)
            throw new PortainerException(409, "Another registry with the same name already exists", "A registry is already defined with this name");
        if (state.Registries.Values.FirstOrDefault(other => other.Url == url && other.EngineAuth == auth) is not null)
            throw new PortainerException(409, "Another registry with the same URL and credentials already exists", "A registry is already defined for this URL and credentials");
        var made = new PortainerRegistry(state.Registries.Keys.LastOrDefault() + 1, name, url, body.Number("Type")!.Value, auth);
        state.Registries[made.Id] = made;
        return PortainerAnswer.Ok(made.ToJson());
    }

    // Only the difference to the list that Portainer has is acted upon: a secret that somebody deleted does not come back.
    public PortainerAnswer SetAccess(PortainerCall call)
    {
        var environment = state.Environment(call.Route("id"), call.User);
        if (!call.User.IsAdmin)
            throw new PortainerException(403, "User is not authorized");
        var registry = Find(call.Route("registryId"));
        var wanted = (call.Json()["Namespaces"] as JsonArray ?? []).Select(entry => entry.Text()!).Distinct().ToList();
        if (environment.Cluster is { } cluster)
        {
            var had = registry.Namespaces.GetValueOrDefault(environment.Id) ?? [];
            try
            {
                foreach (var dropped in had.Except(wanted))
                {
                    if (cluster.Store.Find(KubeResource.Secrets, dropped, registry.SecretName) is { } secret)
                        cluster.Deletions.Delete(KubeResource.Secrets, secret, new());
                }

                foreach (var added in wanted.Except(had).Where(added => cluster.Store.Find(KubeResource.Secrets, added, registry.SecretName) is null))
                    cluster.Admission.Create(KubeResource.Secrets, registry.ToSecret(added), dryRun: false);
            }
            catch (KubeException refused)
            {
                throw new PortainerException(500, "Unable to update kube access policies", refused.Message);
            }
        }

        registry.Namespaces[environment.Id] = wanted;
        return PortainerAnswer.Empty;
    }

    private PortainerRegistry Find(int id) => state.Registries.GetValueOrDefault(id)
        ?? throw new PortainerException(404, "Unable to find a registry with the specified identifier inside the database", "Object not found inside the database (bucket=registries)");
}
