using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

/// <summary>A real host on a free port with its own content root.</summary>
public sealed class TestApplication : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApplication(WebApplication app, string folder, Journal journal)
    {
        _app = app;
        Folder = folder;
        Journal = journal;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public Journal Journal { get; }

    public string Folder { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestApplication> StartAsync(Action<EmbeddedApplicationBuilder> configure, string? hostJson = null)
    {
        var folder = Directory.CreateTempSubdirectory("embedded-host-").FullName;
        if (hostJson is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "host.json"), hostJson);

        var builder = EmbeddedApplication.CreateBuilder($"--contentRoot={folder}");
        builder.WebHost.UseUrls($"http://{IPAddress.Loopback}:0");
        var journal = new Journal();
        builder.Services.AddSingleton(journal).AddSingleton(new Greeter("Hello")).AddSingleton<StreamGate>();
        builder.Logging.ClearProviders().AddProvider(new JournalLogging(journal));
        configure(builder);
        var app = builder.Build();
        await app.StartAsync();
        return new TestApplication(app, folder, journal);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Errors reach the journal, so that a test can say what was logged.</summary>
    private sealed class JournalLogging(Journal journal) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                journal.Add($"{logLevel}: {formatter(state, exception)} {exception?.Message}");
        }

        public void Dispose()
        {
        }
    }
}
