using System.Buffers.Binary;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// What the in-flight file says: which work ran, and how far the process had come. A header of <see cref="HeaderSize"/> bytes, then one slot
/// of <see cref="SlotSize"/> for each activity and each turn at a time, which begins with the id of the work or 0.
/// </summary>
/// <param name="Boot">The boot of the machine; after another one the page cache is lost, and the marks mean nothing.</param>
/// <param name="Life">A random number of the process, which its death note repeats.</param>
/// <param name="IsAlone">Whether the one mark ran without any other work.</param>
/// <param name="IsEnded">Whether the engine had stopped or failed in order.</param>
/// <param name="HasSuspects">Whether the database has rows in Suspects.</param>
/// <param name="Marks">The work that was in flight.</param>
internal sealed record InFlightRecord(Guid Boot, long Life, bool IsAlone, bool IsEnded, bool HasSuspects, IReadOnlyList<WorkId> Marks)
{
    public const long Magic = 0x31_54_48_47_49_4c_46_4e; // "NFLIGHT1"
    public const int BootAt = 8;
    public const int LifeAt = 24;
    public const int AloneAt = 32;
    public const int EndedAt = 36;
    public const int SuspectsAt = 40;
    public const int ActivitiesAt = 44;
    public const int TurnsAt = 48;
    public const int HeaderSize = 64;

    // A cache line each: the workers of two cores do not share one.
    public const int SlotSize = 64;

    private const int MostSlots = 1 << 20;
    private const int LargestFile = 1 << 24;

    /// <summary>The boot of this machine; empty where the system has no such number.</summary>
    public static Guid ThisBoot { get; } = ReadBoot();

    /// <summary>The marks that still mean something.</summary>
    public IReadOnlyList<WorkId> ValidMarks => Boot == ThisBoot ? Marks : [];

    /// <summary>The work that ran alone at the end of that process, if any did.</summary>
    public WorkId? Alone => IsAlone && ValidMarks is [var only] ? only : null;

    public static string PathOf(string databasePath) => databasePath + ".inflight";

    /// <summary>Null when there is none, or when it is not one.</summary>
    public static InFlightRecord? Read(string databasePath)
    {
        try
        {
            var file = new FileInfo(PathOf(databasePath));
            return file.Exists && file.Length <= LargestFile ? Parse(File.ReadAllBytes(file.FullName)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null for bytes that no engine has written.</summary>
    public static InFlightRecord? Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderSize || BinaryPrimitives.ReadInt64LittleEndian(file) != Magic)
            return null;
        var activities = Int(file, ActivitiesAt);
        var turns = Int(file, TurnsAt);
        var isWhole = activities is >= 0 and <= MostSlots && turns is >= 0 and <= MostSlots && file.Length == HeaderSize + (SlotSize * (activities + turns));
        if (!isWhole || Flag(file, AloneAt) is not { } alone || Flag(file, EndedAt) is not { } ended || Flag(file, SuspectsAt) is not { } suspects)
            return null;
        var marks = new List<WorkId>();
        for (var slot = 0; slot < activities + turns; slot++)
        {
            var id = BinaryPrimitives.ReadInt64LittleEndian(file[(HeaderSize + (SlotSize * slot))..]);
            if (id < 0)
                return null;
            if (id > 0)
                marks.Add(new WorkId(slot < activities ? WorkKind.Activity : WorkKind.Turn, id));
        }

        // At most starts there is nothing to tell apart.
        IReadOnlyList<WorkId> distinct = marks.Count < 2 ? marks : [.. marks.Distinct()];
        return new InFlightRecord(new Guid(file[BootAt..LifeAt]), BinaryPrimitives.ReadInt64LittleEndian(file[LifeAt..]), alone, ended, suspects, distinct);
    }

    private static int Int(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[at..]);

    private static bool? Flag(ReadOnlySpan<byte> file, int at) => Int(file, at) switch
    {
        0 => false,
        1 => true,
        _ => null,
    };

    private static Guid ReadBoot()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out var boot) ? boot : Guid.Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
