using System.Reflection;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;
using Xunit.v3;

namespace MultiAgentInfra.EmbeddedRuntime.OfficialSuite;

/// <summary>Microsoft's in-process test host: instances in memory, and the clock of the machine.</summary>
internal sealed class OfficialHost(DurableTaskTestHost host) : DurableHost
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    public override DurableTaskClient Client => host.Client;

    public override DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static async Task<DurableHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? services)
    {
        if (TestContext.Current.TestMethod is IXunitTestMethod { Method: { } method } && method.GetCustomAttribute<OfficialHostDiffersAttribute>() is { } known)
            Assert.Skip(known.Reason);
        return new OfficialHost(await DurableTaskTestHost.StartAsync(tasks, new DurableTaskTestHostOptions { ConfigureServices = services }));
    }

    public override Task RestartAsync(TimeSpan off = default)
    {
        Assert.Skip("This host keeps its instances in memory.");
        return Task.CompletedTask;
    }

    public override async Task LetTimePassAsync(TimeSpan time, TimeSpan? nextTimer = null)
    {
        Assert.SkipWhen(time > LongestWait, "This host has the clock of the machine.");
        await Task.Delay(time, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public override ValueTask DisposeAsync() => host.DisposeAsync();
}
