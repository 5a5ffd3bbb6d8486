using System.Net;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class MiddlewareTests
{
    private static bool IsHttp(FunctionContext context) => context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "httpTrigger");

    [Fact]
    public async Task Middleware_runs_in_the_order_of_registration_around_the_function()
    {
        await using var app = await TestApplication.StartAsync(builder =>
        {
            builder.UseMiddleware<Outer>();
            builder.UseMiddleware(async (context, next) =>
            {
                var journal = (Journal)context.InstanceServices.GetService(typeof(Journal))!;
                journal.Add("inner before");
                await next();
                journal.Add("inner after");
            });
            builder.AddFunctions([typeof(SampleFunctions)]);
        });

        Assert.Equal("Hello Ada", await app.Http.GetStringAsync("/api/greet/Ada"));

        Assert.Equal(["outer before Greet", "inner before", "Greet GET", "inner after", "outer after"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_guard_of_http_triggers_runs_before_every_http_function_and_keeps_it_from_running()
    {
        await using var app = await StartGuardedAsync();

        using var refused = await app.Http.GetAsync("/api/greet/Ada");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("no token", await refused.Content.ReadAsStringAsync());
        Assert.Equal(["refused Greet"], app.Journal.Lines);

        app.Http.DefaultRequestHeaders.Authorization = new("Bearer", "good");
        Assert.Equal("Hello Ada", await app.Http.GetStringAsync("/api/greet/Ada"));
        Assert.Equal(["refused Greet", "allowed Greet", "Greet GET"], app.Journal.Lines);
    }

    [Fact]
    public async Task Routing_comes_before_the_guard()
    {
        await using var app = await StartGuardedAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/items/no-guid")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await app.Http.DeleteAsync("/api/greet/Ada")).StatusCode);
        Assert.Empty(app.Journal.Lines);
    }

    [Fact]
    public async Task A_guard_of_http_triggers_is_not_run_for_a_timer()
    {
        await using var app = await StartGuardedAsync(typeof(StartupTimer));

        await TimerTests.UntilAsync(() => app.Journal.Lines.Contains("StartupTimer"));

        Assert.Equal(["StartupTimer"], app.Journal.Lines);
    }

    [Fact]
    public async Task The_context_shares_items_and_features_and_describes_the_function()
    {
        var seen = new List<string>();
        await using var app = await TestApplication.StartAsync(builder =>
        {
            builder.UseMiddleware((context, next) =>
            {
                context.Items["who"] = "Ada";
                context.Features.Set(new Version(1, 2));
                return next();
            });
            builder.UseMiddleware((context, next) =>
            {
                var definition = context.FunctionDefinition;
                seen.Add($"{context.Items["who"]} {context.Features.Get<Version>()} {context.BindingContext.BindingData["name"]}");
                seen.Add($"{definition.EntryPoint} {string.Join(',', definition.Parameters.Select(parameter => parameter.Name))}");
                seen.Add(string.Join(',', definition.InputBindings.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value.Type}")));
                seen.Add($"{context.GetHttpContext()!.Request.Path} {context.FunctionId} {context.CancellationToken.CanBeCanceled}");
                return next();
            });
            builder.AddFunctions([typeof(SampleFunctions)]);
        });

        await app.Http.GetStringAsync("/api/greet/Grace");

        Assert.Equal(
            [
                "Ada 1.2 Grace",
                "MultiAgentInfra.EmbeddedRuntime.Tests.Hosting.SampleFunctions.Greet request,name,greeter",
                "greeter:durableClient,request:httpTrigger",
                "/api/greet/Grace Greet True",
            ],
            seen);
    }

    private static Task<TestApplication> StartGuardedAsync(params Type[] more) => TestApplication.StartAsync(builder =>
    {
        builder.UseWhen<Guard>(IsHttp);
        builder.AddFunctions([typeof(SampleFunctions), .. more]);
    });

    internal sealed class Outer(Journal journal) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            journal.Add($"outer before {context.FunctionDefinition.Name}");
            await next(context);
            journal.Add("outer after");
        }
    }

    internal sealed class Guard(Journal journal) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            var http = context.GetHttpContext();
            if (http?.Request.Headers.Authorization.ToString() != "Bearer good")
            {
                journal.Add($"refused {context.FunctionDefinition.Name}");
                http!.Response.StatusCode = StatusCodes.Status401Unauthorized;
                await http.Response.WriteAsync("no token");
                return;
            }

            journal.Add($"allowed {context.FunctionDefinition.Name}");
            await next(context);
        }
    }

    internal sealed class StartupTimer(Journal journal)
    {
        [Function("StartupTimer")]
        public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer)
        {
            Assert.NotNull(timer.ScheduleStatus);
            journal.Add("StartupTimer");
        }
    }
}
