using System.Collections.Immutable;
using System.Reflection;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>A discovered function: its method, its trigger and how each parameter is bound.</summary>
internal sealed class FunctionDescriptor : FunctionDefinition
{
    public FunctionDescriptor(MethodInfo method)
    {
        Method = method;
        Name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        var parameters = method.GetParameters();
        Parameters = [.. parameters.Select(p => new FunctionParameter(p.Name!, p.ParameterType, p.HasDefaultValue, p.HasDefaultValue ? p.DefaultValue : null))];
        var bound = parameters
            .Select(p => (Parameter: p, Attribute: p.GetCustomAttribute<BindingAttribute>()))
            .Where(pair => pair.Attribute is not null)
            .ToArray();
        InputBindings = bound.ToImmutableDictionary(pair => pair.Parameter.Name!, pair => (BindingMetadata)Input(pair.Parameter.Name!, pair.Attribute!));
        Triggers = [.. bound.Where(pair => pair.Attribute is TriggerBindingAttribute).Select(pair => pair.Parameter)];
        HttpTrigger = Triggers.Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(attribute => attribute is not null);
        TimerTrigger = Triggers.Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()).FirstOrDefault(attribute => attribute is not null);
        OutputBindings = HttpTrigger is null
            ? ImmutableDictionary<string, BindingMetadata>.Empty
            : ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new FunctionBinding("$return", "http", BindingDirection.Out));
    }

    public MethodInfo Method { get; }

    public ImmutableArray<ParameterInfo> Triggers { get; }

    public HttpTriggerAttribute? HttpTrigger { get; }

    public TimerTriggerAttribute? TimerTrigger { get; }

    public override string Name { get; }

    public override string Id => Name;

    public override string PathToAssembly => Method.Module.Assembly.Location;

    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    private static FunctionBinding Input(string name, BindingAttribute attribute)
    {
        var kind = attribute.GetType().Name;
        kind = kind[..^nameof(Attribute).Length];
        return new FunctionBinding(name, char.ToLowerInvariant(kind[0]) + kind[1..], BindingDirection.In);
    }

    private sealed class FunctionBinding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }
}
