using Microsoft.AspNetCore.Http;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class FunctionScannerTests
{
    [Theory]
    [InlineData(typeof(Refused<int>.NoTrigger), "The function 'NoTrigger' (", "needs exactly one trigger parameter")]
    [InlineData(typeof(Refused<int>.TwoTriggers), "The function 'TwoTriggers' (", "needs exactly one trigger parameter")]
    [InlineData(typeof(Refused<int>.PlainObject), "The function 'PlainObject' (", "must return IResult or Task<IResult>")]
    [InlineData(typeof(Refused<int>.Poco), "The function 'Poco' (", "must take its [HttpTrigger] as HttpRequest")]
    [InlineData(typeof(Refused<int>.UserLevel), "The function 'UserLevel' (", "AuthorizationLevel.User")]
    [InlineData(typeof(Refused<int>.TimerText), "The function 'TimerText' (", "must take its [TimerTrigger] as TimerInfo")]
    [InlineData(typeof(Refused<int>.TimerResult), "The function 'TimerResult' (", "must return void or Task")]
    [InlineData(typeof(Refused<int>.Unbound), "The function 'Unbound' (", "has a parameter 'context' that nothing binds")]
    [InlineData(typeof(Refused<int>.UnboundTimer), "The function 'UnboundTimer' (", "has a parameter 'name' that nothing binds")]
    public void A_function_that_could_not_run_stops_the_start(Type type, string function, string reason)
    {
        var error = Assert.Throws<InvalidOperationException>(() => EmbeddedApplication.CreateBuilder().AddFunctions([type]).Build());

        Assert.StartsWith(function, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_functions_of_one_name_stop_the_start()
    {
        var builder = EmbeddedApplication.CreateBuilder().AddFunctions([typeof(KeyedFunctions)]);

        var error = Assert.Throws<InvalidOperationException>(() => builder.AddFunctions([typeof(KeyedFunctions)]));

        Assert.Equal("Two functions are named 'Keyed'; a name is unique in the application.", error.Message);
    }

    [Theory]
    [InlineData(typeof(Refused<int>.SameRoute), "DELETE /api/things/{key}", "'GetThing' and 'RemoveThing'")]
    [InlineData(typeof(Refused<int>.AnyMethod), "POST /api/any", "'Any' and 'Post'")]
    public void Two_functions_of_one_route_and_method_stop_the_start(Type type, string route, string functions)
    {
        var error = Assert.Throws<InvalidOperationException>(() => EmbeddedApplication.CreateBuilder().AddFunctions([type]).Build());

        Assert.Contains(route, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(functions, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_that_differ_by_method_or_by_constraint_are_two_routes()
    {
        await using var app = EmbeddedApplication.CreateBuilder().AddFunctions([typeof(Apart<int>)]).Build();

        Assert.NotNull(app);
    }

    [Fact]
    public void Two_functions_of_one_entry_point_stop_the_start()
    {
        var error = Assert.Throws<InvalidOperationException>(() => EmbeddedApplication.CreateBuilder().AddFunctions([typeof(Refused<int>.Overloaded)]));

        Assert.Contains("have one entry point", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_function_of_an_assembly_is_found()
    {
        var names = FunctionScanner.Scan(typeof(FunctionScannerTests).Assembly.GetTypes()).Select(function => function.Name).ToHashSet();

        Assert.Superset(new HashSet<string>(["Greet", "Count", "Keyed", "Events", "EveryMinute", "StartupTimer"]), names);
    }

    /// <summary>Generic, so that a scan of the whole assembly passes them over.</summary>
    internal static class Refused<T>
    {
        internal static class NoTrigger
        {
            [Function("NoTrigger")]
            public static T? Run(T? value) => value;
        }

        internal static class TwoTriggers
        {
            [Function("TwoTriggers")]
            public static IResult Run([HttpTrigger] HttpRequest request, [TimerTrigger("0 * * * * *")] TimerInfo timer) => Results.Ok(new { request.Method, timer });
        }

        internal static class PlainObject
        {
            [Function("PlainObject")]
            public static string Run([HttpTrigger] HttpRequest request) => request.Method;
        }

        internal static class Poco
        {
            [Function("Poco")]
            public static IResult Run([HttpTrigger] Journal body) => Results.Ok(body);
        }

        internal static class UserLevel
        {
            [Function("UserLevel")]
            public static IResult Run([HttpTrigger(AuthorizationLevel.User)] HttpRequest request) => Results.Ok(request.Method);
        }

        internal static class TimerText
        {
            [Function("TimerText")]
            public static void Run([TimerTrigger("0 * * * * *")] string timer) => Assert.NotNull(timer);
        }

        internal static class TimerResult
        {
            [Function("TimerResult")]
            public static Task<TimerInfo> Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => Task.FromResult(timer);
        }

        internal static class Unbound
        {
            [Function("Unbound")]
            public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, HttpContext context) => Results.Ok(request == context.Request);
        }

        internal static class SameRoute
        {
            [Function("GetThing")]
            public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "delete", Route = "things/{id}")] HttpRequest request) => Results.Ok(request.Method);

            [Function("RemoveThing")]
            public static IResult Remove([HttpTrigger(AuthorizationLevel.Anonymous, "DELETE", Route = "/Things/{key}/")] HttpRequest request) => Results.Ok(request.Method);
        }

        internal static class AnyMethod
        {
            [Function("Any")]
            public static IResult All([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Ok(request.Method);

            [Function("Post")]
            public static IResult Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "any")] HttpRequest request) => Results.Ok(request.Method);
        }

        internal static class Overloaded
        {
            [Function("OverloadedOne")]
            public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Ok(request.Method);

            [Function("OverloadedTwo")]
            public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, CancellationToken cancellationToken) => Results.Ok(cancellationToken);
        }

        internal static class UnboundTimer
        {
            [Function("UnboundTimer")]
            public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, string name) => Assert.NotEqual(name, timer.ToString());
        }
    }

    internal static class Apart<T>
    {
        [Function("GetApart")]
        public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "apart/{id}")] HttpRequest request) => Results.Ok(request.Method);

        [Function("PutApart")]
        public static IResult Put([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "apart/{id}")] HttpRequest request) => Results.Ok(request.Method);

        [Function("GetApartNumber")]
        public static IResult GetNumber([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "apart/{id:int}")] HttpRequest request) => Results.Ok(request.Method);
    }
}
