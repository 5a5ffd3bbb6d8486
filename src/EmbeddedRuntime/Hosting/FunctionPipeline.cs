using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The functions' middleware in order of registration, and the function at its end.</summary>
internal sealed class FunctionPipeline
{
    private readonly FunctionExecutionDelegate _run;

    private FunctionPipeline(FunctionExecutionDelegate run) => _run = run;

    public static FunctionPipeline Compose(IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware) =>
        new(middleware.Reverse().Aggregate((FunctionExecutionDelegate)InvokeFunctionAsync, (next, step) => step(next)));

    public Task RunAsync(InvocationContext context) => _run(context);

    private static async Task InvokeFunctionAsync(FunctionContext context)
    {
        var invocation = (InvocationContext)context;
        var method = invocation.Function.Method;
        var arguments = method.GetParameters().Select(parameter => ParameterBinder.Bind(parameter, invocation)).ToArray();
        var instance = method.IsStatic ? null : ActivatorUtilities.CreateInstance(context.InstanceServices, method.DeclaringType!);
        try
        {
            var returned = method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
            invocation.Result = returned is Task task ? await ResultOf(task) : returned;
        }
        finally
        {
            await DisposeAsync(instance);
        }
    }

    private static async Task<object?> ResultOf(Task task)
    {
        await task;
        return task.GetType().GetProperty("Result")?.GetValue(task);
    }

    private static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asyncDisposable)
            await asyncDisposable.DisposeAsync();
        else if (instance is IDisposable disposable)
            disposable.Dispose();
    }
}
