namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Starts a function by an HTTP request to a route below the prefix of host.json.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function)
    {
    }

    public HttpTriggerAttribute(params string[] methods)
        : this(AuthorizationLevel.Function, methods)
    {
    }

    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template without the prefix; the function's name when null.</summary>
    public string? Route { get; set; }

    /// <summary>The HTTP methods in any case; all when null or empty.</summary>
    public string[]? Methods { get; }

    /// <summary>The key that is required.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
