using System.Text;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Eliza;

/// <summary>The script of a runtime image that starts one ElizaOS agent on plain Node.</summary>
public static class ElizaLauncher
{
    /// <summary>Its place in the image, under <c>/app</c>, so that packages resolve from beside it.</summary>
    public const string FileName = "start-agent.mjs";

    /// <summary>The script's text; its one argument is the path of the character file.</summary>
    public static string Text { get; } = EmbeddedText.Read(FileName);

    public static Digest Digest { get; } = Digest.Of(Encoding.UTF8.GetBytes(Text));
}
