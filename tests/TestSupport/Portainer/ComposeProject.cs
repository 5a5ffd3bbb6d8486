using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What compose does with a file on an engine: up, and down without the volumes.</summary>
internal sealed class ComposeProject(EngineConnection engine, string name, IReadOnlyCollection<PortainerRegistry> registries)
{
    /// <exception cref="ComposeException">The words are compose's or the engine's; what was made before stays.</exception>
    public async Task UpAsync(string text, IReadOnlyDictionary<string, string> variables)
    {
        var file = ComposeFile.Parse(text, variables);
        foreach (var service in file.Services.Select(entry => entry.Service))
        {
            if (file.Network(service, name) is not null)
                await EnsureAsync("networks", file.Resource("networks", "default", name), new JsonObject());
        }

        foreach (var key in (file.Json["volumes"] as JsonObject ?? []).Select(pair => pair.Key))
            await EnsureAsync("volumes", file.Resource("volumes", key, name), new JsonObject { ["com.docker.compose.volume"] = key });
        foreach (var (key, service) in file.Services)
            await EnsureContainerAsync(service.Text("container_name") ?? $"{name}-{key}-1", file.Container(name, key, service));
    }

    public async Task DownAsync()
    {
        var filter = Uri.EscapeDataString(new JsonObject { ["label"] = new JsonArray($"com.docker.compose.project={name}") }.ToJsonString());
        foreach (var container in (await engine.FindAsync($"containers/json?all=true&filters={filter}") as JsonArray ?? []).OfType<JsonObject>())
            await RemoveAsync(container.Text("Id")!);
        foreach (var network in (await engine.FindAsync($"networks?filters={filter}") as JsonArray ?? []).OfType<JsonObject>())
            await engine.SendAsync(HttpMethod.Delete, $"networks/{network.Text("Id")}");
    }

    private async Task EnsureAsync(string kind, (string Name, bool External, JsonNode? Labels) wanted, JsonObject labels)
    {
        if (await engine.FindAsync($"{kind}/{wanted.Name}") is not null)
            return;
        if (wanted.External)
            throw new ComposeException($"{kind[..^1]} {wanted.Name} declared as external, but could not be found");
        labels["com.docker.compose.project"] = name;
        foreach (var (key, value) in wanted.Labels.Pairs())
            labels[key] = value;
        await engine.SendAsync(HttpMethod.Post, $"{kind}/create", new JsonObject { ["Name"] = wanted.Name, ["Labels"] = labels });
    }

    private async Task EnsureContainerAsync(string containerName, JsonObject wanted)
    {
        if (await engine.FindAsync($"containers/{containerName}/json") is { } there)
        {
            const string hash = "com.docker.compose.config-hash";
            if (there.Text("Config", "Labels", "com.docker.compose.project") != name)
                throw new ComposeException($"Error response from daemon: Conflict. The container name \"/{containerName}\" is already in use by container \"{there.Text("Id")}\". You have to remove (or rename) that container to be able to reuse that name.");
            if (there.Text("Config", "Labels", hash) == wanted.Text("Labels", hash))
            {
                if (!there.Flag("State", "Running"))
                    await engine.SendAsync(HttpMethod.Post, $"containers/{containerName}/start");
                return;
            }

            await RemoveAsync(there.Text("Id")!);
        }

        await PullAsync(wanted.Text("Image")!);
        var made = await engine.SendAsync(HttpMethod.Post, $"containers/create?name={containerName}", wanted);
        await engine.SendAsync(HttpMethod.Post, $"containers/{made.Text("Id")}/start");
    }

    private async Task PullAsync(string image)
    {
        if (await engine.FindAsync($"images/{image}/json") is not null)
            return;
        var auth = registries.FirstOrDefault(registry => image.StartsWith(registry.Url + "/", StringComparison.Ordinal))?.EngineAuth;
        await engine.SendAsync(HttpMethod.Post, $"images/create?fromImage={Uri.EscapeDataString(image)}", registryAuth: auth);
    }

    private async Task RemoveAsync(string id)
    {
        await engine.SendAsync(HttpMethod.Post, $"containers/{id}/stop");
        await engine.SendAsync(HttpMethod.Delete, $"containers/{id}");
    }
}
