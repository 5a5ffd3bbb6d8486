using System.Runtime.InteropServices;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Modes and owners of the files that agents and the control plane share.</summary>
internal static partial class Unix
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode TraverseOnly = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    public const UnixFileMode TraverseByGroup = OwnerOnly | UnixFileMode.GroupExecute;
    public const UnixFileMode ReadableByAll = TraverseOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    public static void SetOwner(string path, int user, int group)
    {
        if (ChangeOwner(path, user, group) != 0)
            throw new IOException($"The owner of {path} cannot be changed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);
}
