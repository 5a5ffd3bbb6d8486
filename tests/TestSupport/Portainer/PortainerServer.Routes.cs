using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace MultiAgentInfra.TestSupport.Portainer;

public sealed partial class PortainerServer
{
    private void Map(WebApplication application)
    {
        var access = new AccessGate([Admin, User]);
        application.Use((context, next) =>
        {
            Calls.Enqueue($"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()}");
            return _faults.PassAsync(context, next);
        });
        application.Use(access.PassAsync);
        MapEnvironments(application, new(_state, () => Version));
        MapStacks(application, new(_state, _kubernetesStacks, new(_state, _engines)));
        MapRest(application, new(_state), new(_state));
        application.Map("/api/endpoints/{id:int}/kubernetes/{**path}", ProxyKubernetesAsync);
        application.Map("/api/endpoints/{id:int}/agent/kubernetes/{**path}", ProxyKubernetesAsync);
        application.Map("/api/endpoints/{id:int}/docker/{**path}", ProxyDockerAsync);
    }

    private void MapEnvironments(WebApplication application, EnvironmentRoutes environments)
    {
        application.MapGet("/api/system/status", Handle(environments.Status));
        application.MapGet("/api/status", Handle(environments.Status));
        application.MapGet("/api/system/version", Handle(environments.Version));
        application.MapGet("/api/users/me", Handle(EnvironmentRoutes.Me));
        application.MapGet("/api/endpoints", Handle(environments.List));
        application.MapGet("/api/endpoints/{id}", Handle(environments.Get));
        application.MapPost("/api/endpoints/{id}/snapshot", Handle(environments.Snapshot));
    }

    private void MapStacks(WebApplication application, StackRoutes stacks)
    {
        application.MapPost("/api/stacks/create/{type}/{method}", Handle(stacks.CreateAsync));
        application.MapGet("/api/stacks", Handle(stacks.List));
        application.MapGet("/api/stacks/{id}", Handle(stacks.Get));
        application.MapGet("/api/stacks/{id}/file", Handle(stacks.File));
        application.MapPut("/api/stacks/{id}", Handle(stacks.UpdateAsync));
        application.MapDelete("/api/stacks/{id}", Handle(stacks.DeleteAsync));
        application.MapDelete("/api/stacks/name/{name}", Handle(stacks.DeleteByName));
        application.MapPost("/api/stacks/{id}/start", Handle(stacks.StartAsync));
        application.MapPost("/api/stacks/{id}/stop", Handle(stacks.StopAsync));
    }

    private void MapRest(WebApplication application, TemplateRoutes templates, RegistryRoutes registries)
    {
        application.MapGet("/api/custom_templates", Handle(templates.List));
        application.MapPost("/api/custom_templates/create/string", Handle(templates.Create));
        application.MapGet("/api/custom_templates/{id}", Handle(templates.Get));
        application.MapGet("/api/custom_templates/{id}/file", Handle(templates.File));
        application.MapPut("/api/custom_templates/{id}", Handle(templates.Replace));
        application.MapDelete("/api/custom_templates/{id}", Handle(templates.Delete));
        application.MapGet("/api/registries", Handle(registries.List));
        application.MapPost("/api/registries", Handle(registries.Create));
        application.MapGet("/api/registries/{id}", Handle(registries.Get));
        application.MapDelete("/api/registries/{id}", Handle(registries.Delete));
        application.MapPut("/api/endpoints/{id}/registries/{registryId}", Handle(registries.SetAccess));
    }

    private RequestDelegate Handle(Func<PortainerCall, PortainerAnswer> act) => Handle(call => Task.FromResult(_state.Agenda.Run(() => act(call))));

    private static RequestDelegate Handle(Func<PortainerCall, Task<PortainerAnswer>> act) => async context =>
    {
        var body = await ReadAsync(context);
        PortainerAnswer answer;
        try
        {
            answer = await act(new(context, Caller(context), body));
        }
        catch (PortainerException refused)
        {
            await AnswerAsync(context, refused);
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Body is { } json)
            await WriteAsync(context, System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "application/json");
    };

    private async Task ProxyKubernetesAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var proxy = new KubernetesProxy(_state);
        try
        {
            var answer = Look();
            context.Response.StatusCode = answer.Bytes is null ? StatusCodes.Status502BadGateway : answer.Status;
            if (answer.Goes)
                await StreamAsync(context, Look);
            else if (answer.Bytes is not null)
                await WriteAsync(context, answer.Bytes, answer.ContentType);
        }
        catch (PortainerException refused)
        {
            await AnswerAsync(context, refused);
        }

        (int Status, string ContentType, byte[]? Bytes, bool Goes) Look() => _state.Agenda.Run(() =>
            proxy.Forward(new(context, Caller(context), body), body) is { } given ? (given.Status, given.ContentType, given.Bytes(), given.Goes) : default);
    }

    /// <summary>Whatever is added, as soon as it is, until its writer or the caller is gone.</summary>
    private static async Task StreamAsync(HttpContext context, Func<(int Status, string ContentType, byte[]? Bytes, bool Goes)> look)
    {
        context.Response.ContentType = "text/plain";
        for (var sent = 0; !context.RequestAborted.IsCancellationRequested;)
        {
            var (status, _, bytes, goes) = look();
            if (status != StatusCodes.Status200OK)
                return;
            await context.Response.Body.WriteAsync(bytes.AsMemory(sent), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            sent = bytes!.Length;
            if (!goes)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ProxyDockerAsync(HttpContext context)
    {
        try
        {
            var environment = _state.Agenda.Run(() =>
            {
                var call = new PortainerCall(context, Caller(context), []);
                return _state.Environment(call.Route("id"), call.User);
            });
            if (environment.IsUp && _engines.TryGetValue(environment.Id, out var engine))
                await engine.ForwardAsync(context);
            else
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
        catch (PortainerException refused)
        {
            await AnswerAsync(context, refused);
        }
    }

    private static PortainerUser? Caller(HttpContext context) => context.Items[nameof(PortainerUser)] as PortainerUser;

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext context, byte[] bytes, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }

    private static Task AnswerAsync(HttpContext context, PortainerException refused)
    {
        context.Response.StatusCode = refused.Status;
        var body = new Dictionary<string, string> { ["message"] = refused.Message };
        if (refused.Details is { Length: > 0 } details)
            body["details"] = char.ToUpperInvariant(details[0]) + details[1..];
        return context.Response.WriteAsJsonAsync(body);
    }
}
