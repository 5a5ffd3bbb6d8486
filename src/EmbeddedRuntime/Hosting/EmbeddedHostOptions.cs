namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>What an application decides about its host.</summary>
public sealed class EmbeddedHostOptions
{
    /// <summary>The largest request body in bytes; a larger one is answered with 413.</summary>
    public long MaxRequestBodySize { get; set; } = 1024 * 1024;

    /// <summary>How long running requests and timers may take to end when the host stops.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The file of the function keys, made with mode 600 when a function needs a key and the section <c>FunctionKeys</c> names none.
    /// A relative path starts at the content root.
    /// </summary>
    public string KeyFilePath { get; set; } = Path.Combine(".data", "function-keys.json");
}
