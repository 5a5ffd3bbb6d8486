using System.Runtime.InteropServices;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>Keeps what this process inherited, such as a pipe of the terminal's, from reaching the children.</summary>
internal static partial class InheritedHandles
{
    private const uint CloseOnExec = 4;

    /// <summary>Marks every open handle past the standard three as closed in children; see close_range(2).</summary>
    public static void Close()
    {
        try
        {
            // A kernel before 5.11 answers with an error: then the handles that were inherited at start reach the children, as is usual.
            _ = CloseRange(3, uint.MaxValue, CloseOnExec);
        }
        catch (EntryPointNotFoundException)
        {
            // The same for a C library without the call.
        }
    }

    [LibraryImport("libc", EntryPoint = "close_range", SetLastError = true)]
    private static partial int CloseRange(uint first, uint last, uint flags);
}
