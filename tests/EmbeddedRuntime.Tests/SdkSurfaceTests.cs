using MultiAgentInfra.EmbeddedRuntime.Tests.Sdk;

namespace MultiAgentInfra.EmbeddedRuntime.Tests;

public sealed class SdkSurfaceTests
{
    private static readonly SdkListing Listing = SdkListing.Load();

    /// <summary>Abstract members of the SDK that cannot be mirrored: both SDKs have a RetryContext, and one namespace has room for one.</summary>
    private static readonly string[] NotMirrored = ["FunctionContext.RetryContext  ::  public abstract RetryContext { get; }"];

    [Fact]
    public void Every_public_type_outside_Engine_and_Hosting_has_the_surface_of_the_SDK()
    {
        var types = typeof(FunctionContext).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is { } name && !name.Contains(".Engine", StringComparison.Ordinal) && !name.Contains(".Hosting", StringComparison.Ordinal))
            .ToArray();

        Assert.Contains(typeof(HttpTriggerAttribute), types);
        var differences = types.SelectMany(Differences).ToArray();
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Every_way_to_differ_is_found()
    {
        Assert.Equal(
            [
                "differs: FunctionParameter  ::  sealed class : IDisposable",
                "differs: FunctionParameter.DefaultValue  ::  public object { get; }",
                "differs: FunctionParameter.Dispose()  ::  public void",
                "differs: FunctionParameter.Name  ::  public string { get; set; }",
                "differs: FunctionParameter.ctor(string title, Type type)  ::  public",
            ],
            Differences(typeof(Wrong.FunctionParameter)).Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "differs: BindingMetadata.Name  ::  protected abstract string { get; }",
                "lacks: BindingMetadata.Direction  ::  public abstract BindingDirection { get; }",
                "lacks: BindingMetadata.Name  ::  public abstract string { get; }",
            ],
            Differences(typeof(Wrong.BindingMetadata)).Order(StringComparer.Ordinal));
        Assert.Equal(["lacks: IInvocationFeatures.Set<T>(T instance)  ::  public void"], Differences(typeof(Wrong.IInvocationFeatures)));
        Assert.Equal(
            ["differs: AuthorizationLevel.Admin = 5", "differs: AuthorizationLevel.Guest = 9"],
            Differences(typeof(Wrong.AuthorizationLevel)).Order(StringComparer.Ordinal));
        Assert.Equal(["the SDK has no type Unheard"], Differences(typeof(Wrong.Unheard)));
    }

    /// <summary>What a caller or an implementer could do with one and not with the other.</summary>
    private static IEnumerable<string> Differences(Type type)
    {
        var name = TypeText.Name(type);
        if (Listing.Find(name) is not { } listed)
            return [$"the SDK has no type {name}"];

        var mirrored = SurfaceFormatter.Lines(type).ToArray();
        var toImplement = listed.Where(line => type.IsInterface || line.Contains(" abstract ", StringComparison.Ordinal) && !line.Contains("  ::  abstract class", StringComparison.Ordinal));
        return mirrored.Except(listed).Select(line => $"differs: {line}")
            .Concat(toImplement.Except(mirrored).Except(NotMirrored).Select(line => $"lacks: {line}"));
    }

    internal static class Wrong
    {
        internal sealed class FunctionParameter(string title, Type type) : IDisposable
        {
            public string Name { get; set; } = title;

            public Type Type { get; } = type;

            public object DefaultValue { get; } = title;

            public void Dispose() => Name = "";
        }

        internal abstract class BindingMetadata
        {
            public abstract string Type { get; }

            protected abstract string Name { get; }
        }

        internal interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
        {
            T? Get<T>();
        }

        internal enum AuthorizationLevel
        {
            Anonymous,
            Guest = 9,
            Admin = 5,
        }

        internal sealed class Unheard;
    }
}
