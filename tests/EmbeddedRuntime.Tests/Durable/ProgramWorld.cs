namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>The world around a random program: it does what the program demands, each thing until the engine says that it is on disk, and never twice.</summary>
internal sealed class ProgramWorld(IEnumerable<Demand> demands)
{
    private readonly List<Part> _open = [.. demands.Select(Part.For)];

    public async Task ServeAsync(CrashingEngine engine, CancellationToken deadline)
    {
        foreach (var part in _open.ToArray())
        {
            if (await part.TryServeAsync(engine, deadline))
                _open.Remove(part);
        }
    }

    public override string ToString() => string.Join(", ", _open.Select(part => part.Demand.ToString()));

    private abstract class Part(Demand demand)
    {
        public Demand Demand => demand;

        public static Part For(Demand demand) => demand switch
        {
            Demand.Events events => new EventsPart(events),
            Demand.Suspension suspension => new SuspensionPart(suspension),
            _ => new TerminationPart(demand),
        };

        /// <summary>True when all is done.</summary>
        public abstract Task<bool> TryServeAsync(CrashingEngine engine, CancellationToken deadline);

        /// <summary>Only what is acknowledged is done: an engine that crashes before it says so has not done it.</summary>
        protected static async Task CommandAsync(CrashingEngine engine, Func<DurableTaskClient, Task> command)
        {
            var life = engine.Current;
            await command(engine.Client);
            life.Reached(CrashAt.Command);
        }

        protected async Task<bool> ShowsAsync(CrashingEngine engine, string? customStatus, CancellationToken deadline) =>
            await engine.Client.GetInstanceAsync(demand.Instance, true, deadline) is { } instance
                && (customStatus is null || instance.SerializedCustomStatus == $"\"{customStatus}\"");
    }

    private sealed class EventsPart(Demand.Events demand) : Part(demand)
    {
        private readonly List<string> _left = [.. demand.Payloads];

        public override async Task<bool> TryServeAsync(CrashingEngine engine, CancellationToken deadline)
        {
            if (!await ShowsAsync(engine, demand.CustomStatus, deadline))
                return false;
            if (demand.IsBurst)
                await Task.WhenAll(_left.ToArray().Select(payload => RaiseAsync(engine, payload, deadline)));
            while (_left.Count > 0)
                await RaiseAsync(engine, _left[0], deadline);
            return true;
        }

        private async Task RaiseAsync(CrashingEngine engine, string payload, CancellationToken deadline)
        {
            await CommandAsync(engine, client => client.RaiseEventAsync(demand.Instance, demand.Name, payload, deadline));
            lock (_left)
                _left.Remove(payload);
        }
    }

    private sealed class SuspensionPart(Demand.Suspension demand) : Part(demand)
    {
        private int _done;

        public override async Task<bool> TryServeAsync(CrashingEngine engine, CancellationToken deadline)
        {
            var id = demand.Instance;
            if (_done == 0 && await ShowsAsync(engine, demand.CustomStatus, deadline))
                await StepAsync(engine, client => client.SuspendInstanceAsync(id, "a pause", deadline));
            if (_done == 1 && (await engine.Client.GetInstanceAsync(id, deadline))!.RuntimeStatus == OrchestrationRuntimeStatus.Suspended)
                await StepAsync(engine, client => client.RaiseEventAsync(id, demand.CustomStatus, demand.CustomStatus, deadline));
            if (_done == 2)
                await StepAsync(engine, client => client.ResumeInstanceAsync(id, "it goes on", deadline));
            return _done == 3;
        }

        private async Task StepAsync(CrashingEngine engine, Func<DurableTaskClient, Task> command)
        {
            await CommandAsync(engine, command);
            _done++;
        }
    }

    private sealed class TerminationPart(Demand demand) : Part(demand)
    {
        public override async Task<bool> TryServeAsync(CrashingEngine engine, CancellationToken deadline)
        {
            if (!await ShowsAsync(engine, "endless", deadline))
                return false;
            await CommandAsync(engine, client => client.TerminateInstanceAsync(Demand.Instance, new TerminateInstanceOptions { Recursive = true }, deadline));
            return true;
        }
    }
}
