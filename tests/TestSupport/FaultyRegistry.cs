using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace MultiAgentInfra.TestSupport;

/// <summary>Stands in front of a real registry and fails on demand; what does not fail is the real registry's work.</summary>
public sealed class FaultyRegistry : LoopbackServer
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly List<ActiveFault> _faults = [];
    private readonly Uri _registry;

    private FaultyRegistry(Uri registry) => _registry = registry;

    /// <summary>Method, path and query of every call.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What the calls showed; an empty text for nothing.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>The bodies of the calls that a fault answered.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    public static async Task<FaultyRegistry> StartAsync(string registry)
    {
        var faulty = new FaultyRegistry(new(registry));
        await faulty.StartAsync(application => application.Map("/{**path}", faulty.HandleAsync));
        return faulty;
    }

    public void Fail(RegistryFault fault)
    {
        lock (_faults)
            _faults.Add(new(fault));
    }

    /// <summary>Works again.</summary>
    public void Heal()
    {
        lock (_faults)
            _faults.Clear();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var call = $"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()}";
        Calls.Enqueue(call);
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        var active = Take(call);
        var fault = active?.Fault;
        if (fault is { Silent: true })
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        else if (fault is { Status: { } status })
            await AnswerAsync(context, fault, status);
        else if (fault is { Endless: true })
            await AnswerWithoutEndAsync(context);
        else
            await ForwardAsync(context, active);
    }

    private ActiveFault? Take(string call)
    {
        lock (_faults)
        {
            var active = _faults.FirstOrDefault(candidate => candidate.Matches(call));
            if (active is not null && active.Fault.CutRequestAt is null)
                active.Used++;
            return active;
        }
    }

    private async Task ForwardAsync(HttpContext context, ActiveFault? active)
    {
        using var message = new HttpRequestMessage(new(context.Request.Method), new Uri(_registry, context.Request.GetEncodedPathAndQuery()));
        var hasBody = context.Request.ContentLength is not null || context.Request.Headers.ContainsKey("Transfer-Encoding");
        message.Content = hasBody ? new ForwardedBody(context.Request, active) : null;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, [.. values]))
                message.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
        }

        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (active?.Fault.Then is { } then)
                await then();
            if (active?.Fault.LoseAnswer is true)
                context.Abort();
            else
                await PassOnAsync(context, response, active?.Fault);
        }
        catch (HttpRequestException)
        {
            context.Abort();
        }
    }

    private static async Task PassOnAsync(HttpContext context, HttpResponseMessage response, RegistryFault? fault)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
            context.Response.Headers[name] = values.ToArray();
        foreach (var (name, value) in fault?.Headers ?? new Dictionary<string, string>())
            context.Response.Headers[name] = value;
        if (context.Request.Method == "HEAD")
            return;
        var body = await response.Content.ReadAsByteArrayAsync();
        if (fault is { Damage: true })
            body[body.Length / 2] ^= 1;
        var count = (int)Math.Min(body.Length, fault?.CutAnswerAt ?? body.Length);
        if (response.StatusCode != HttpStatusCode.NoContent)
            await context.Response.Body.WriteAsync(body.AsMemory(0, count));
        await context.Response.Body.FlushAsync();
        if (count < body.Length)
            context.Abort();
    }

    private async Task AnswerAsync(HttpContext context, RegistryFault fault, int status)
    {
        using var reader = new StreamReader(context.Request.Body);
        Bodies.Enqueue(await reader.ReadToEndAsync());
        context.Response.StatusCode = status;
        foreach (var (name, value) in fault.Headers)
            context.Response.Headers[name] = value;
        // An answer that may have no body would break the connection with one, now or at the next call.
        if (status == StatusCodes.Status204NoContent || context.Request.Method == "HEAD")
            return;
        await context.Response.WriteAsync(fault.Body ?? string.Create(
            CultureInfo.InvariantCulture, $$"""{"errors":[{"code":"FAULT_{{status}}","message":"a test wants it"}]}"""));
    }

    private static async Task AnswerWithoutEndAsync(HttpContext context)
    {
        var piece = new byte[64 * 1024];
        context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(piece);
    }

    private sealed class ActiveFault(RegistryFault fault)
    {
        public RegistryFault Fault => fault;

        public int Used { get; set; }

        public long Forwarded { get; set; }

        public bool Matches(string call) => Used < fault.Times
            && call.StartsWith(fault.Method + " ", StringComparison.Ordinal) && call.Contains(fault.Path, StringComparison.Ordinal);
    }

    private sealed class ForwardedBody(HttpRequest request, ActiveFault? active) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var piece = new byte[16 * 1024];
            for (int count; (count = await request.Body.ReadAsync(piece)) > 0;)
            {
                if (active?.Fault.CutRequestAt is { } end && active.Used < active.Fault.Times && active.Forwarded + count >= end)
                {
                    await stream.WriteAsync(piece.AsMemory(0, (int)(end - active.Forwarded)));
                    await stream.FlushAsync();
                    (active.Used, active.Forwarded) = (active.Used + 1, 0);
                    throw new IOException("The connection broke.");
                }

                await stream.WriteAsync(piece.AsMemory(0, count));
                if (active is not null)
                    active.Forwarded += count;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = request.ContentLength ?? 0;
            return request.ContentLength is not null;
        }
    }
}
