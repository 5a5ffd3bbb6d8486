using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// The in-flight file of this process: which user code runs right now, so that the start after a crash knows its suspects. A mark is one store
/// into mapped memory without a sync: the page cache outlives the process, and after a crash of the machine the marks do not matter.
/// </summary>
internal sealed class InFlightMarks : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _activities;
    private readonly int _turns;

    private InFlightMarks(FileStream file, int activities, int turns)
    {
        _activities = activities;
        _turns = turns;
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Whether the one work that is marked runs without any other.</summary>
    public bool IsAlone
    {
        set => Write(InFlightRecord.AloneAt, value);
    }

    /// <summary>Whether the database has rows in Suspects.</summary>
    public bool HasSuspects
    {
        set => Write(InFlightRecord.SuspectsAt, value);
    }

    /// <summary>Puts a new file in the place of the last process's.</summary>
    public static InFlightMarks Create(string databasePath, long life, int activities, int turns, bool hasSuspects)
    {
        var bytes = new byte[InFlightRecord.HeaderSize + (InFlightRecord.SlotSize * (activities + turns))];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, InFlightRecord.Magic);
        InFlightRecord.ThisBoot.TryWriteBytes(bytes.AsSpan(InFlightRecord.BootAt));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(InFlightRecord.LifeAt), life);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(InFlightRecord.SuspectsAt), hasSuspects ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(InFlightRecord.ActivitiesAt), activities);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(InFlightRecord.TurnsAt), turns);
        var path = InFlightRecord.PathOf(databasePath);

        // Written out and not only made long: a store into a page that a full disk has no room for would be a SIGBUS.
        SideFile.Replace(path, bytes);
        return new InFlightMarks(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), activities, turns);
    }

    /// <summary>A place for one mark at a time: of an activity worker or a turn worker, counted from 0.</summary>
    /// <param name="isTrial">Whether it is for work that runs alone.</param>
    public InFlightSlot Slot(WorkKind kind, int index, Suspects suspects, bool isTrial = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, kind == WorkKind.Activity ? _activities : _turns);
        return new InFlightSlot(this, kind, kind == WorkKind.Activity ? index : _activities + index, suspects, isTrial);
    }

    public void Set(int slot, long id)
    {
        try
        {
            _view.Write(InFlightRecord.HeaderSize + (InFlightRecord.SlotSize * slot), id);
        }
        catch (ObjectDisposedException)
        {
            // An activity that a stop has left running.
        }
    }

    /// <summary>Notes that the engine has failed in order: an exit of the process is no work's fault.</summary>
    public void Fail() => Write(InFlightRecord.EndedAt, true);

    /// <summary>Notes an orderly stop: what it leaves running is no suspect.</summary>
    public void End()
    {
        Fail();
        IsAlone = false;
        for (var slot = 0; slot < _activities + _turns; slot++)
            Set(slot, 0);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Write(int at, bool value)
    {
        try
        {
            _view.Write(at, value ? 1 : 0);
        }
        catch (ObjectDisposedException)
        {
            // The engine has stopped meanwhile.
        }
    }
}
