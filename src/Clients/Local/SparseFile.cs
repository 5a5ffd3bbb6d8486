using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Frees the beginning of a file that another process appends to; every byte keeps its offset.</summary>
internal static partial class SparseFile
{
    // Holes are whole blocks of the file system; the rest of a block would stay as zeros.
    private const long Alignment = 1024 * 1024;
    private const int KeepSizeAndPunchHole = 3;
    private const int SeekData = 3;

    /// <summary>Where the first byte is that was not freed.</summary>
    public static long FirstData(SafeFileHandle file) => Math.Max(0, Seek(file, 0, SeekData));

    /// <summary>False where the file system knows no holes; then nothing is freed.</summary>
    public static bool FreeBefore(SafeFileHandle file, long offset) =>
        Allocate(file, KeepSizeAndPunchHole, 0, offset / Alignment * Alignment) == 0;

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
