using System.Diagnostics;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>One invocation in this host; <see cref="Result"/> is what the function returned, null when a middleware kept it from running.</summary>
internal sealed class InvocationContext(
    FunctionDescriptor function, IServiceProvider services, object trigger, IReadOnlyDictionary<string, object?> data, CancellationToken cancellationToken)
    : FunctionContext
{
    public object Trigger => trigger;

    public FunctionDescriptor Function => function;

    public object? Result { get; set; }

    public override string InvocationId { get; } = Guid.CreateVersion7().ToString();

    public override string FunctionId => function.Id;

    public override FunctionDefinition FunctionDefinition => function;

    public override TraceContext TraceContext { get; } = new ActivityTrace(Activity.Current);

    public override BindingContext BindingContext { get; } = new TriggerData(data);

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    public override CancellationToken CancellationToken => cancellationToken;

    private sealed class ActivityTrace(Activity? activity) : TraceContext
    {
        public override string TraceParent { get; } = activity?.Id ?? "";

        public override string TraceState { get; } = activity?.TraceStateString ?? "";
    }

    private sealed class TriggerData(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }
}
