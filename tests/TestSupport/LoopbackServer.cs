using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.TestSupport;

/// <summary>A stand-in for an outside system: one in-process server on a free loopback port that remembers what it did not know.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _unknownRoutes = new();
    private WebApplication? _application;

    /// <summary>Where the server listens, without a trailing slash.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Requests that no route answered; a test asserts that there are none.</summary>
    public IReadOnlyCollection<string> UnknownRoutes => _unknownRoutes;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_application is not null)
            await _application.DisposeAsync();
    }

    protected async Task StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.UseRouting();
        map(_application);
        _application.MapFallback(request =>
        {
            _unknownRoutes.Enqueue($"{request.Request.Method} {request.Request.Path}");
            request.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await _application.StartAsync();
        Address = _application.Urls.Single();
    }
}
