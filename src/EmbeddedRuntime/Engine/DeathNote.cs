using System.Globalization;
using System.Text;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>How a process died by its own fault, as its witness saw it.</summary>
/// <param name="Life">The number of that process, which its in-flight file repeats.</param>
/// <param name="Cause">In words, such as "signal SIGABRT".</param>
internal sealed record DeathNote(long Life, string Cause)
{
    public static DeathNote? Read(string databasePath) => SideFile.ReadText(PathOf(databasePath)) is { } text ? Parse(text) : null;

    /// <summary>Null for a text that no witness has written.</summary>
    public static DeathNote? Parse(string text) =>
        text.Split('\n') is [var life, { Length: > 0 } cause, ""] && long.TryParse(life, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new DeathNote(number, cause)
            : null;

    public static void Delete(string databasePath) => File.Delete(PathOf(databasePath));

    public void Write(string databasePath) => SideFile.Replace(PathOf(databasePath), Encoding.UTF8.GetBytes($"{Life}\n{Cause}\n"));

    private static string PathOf(string databasePath) => databasePath + ".death";
}
