using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>The file that tells the start after a crash what was in flight.</summary>
public sealed class InFlightFileCases : IDisposable
{
    private const int Activities = 4;
    private const int Turns = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-marks-");

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    private string FilePath => InFlightRecord.PathOf(DatabasePath);

    [Fact]
    public void A_mark_is_there_until_it_is_cleared()
    {
        using var marks = InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: false);
        marks.Set(0, 11);
        marks.Set(Activities, 22);
        var record = InFlightRecord.Read(DatabasePath)!;
        Assert.Equal([new WorkId(WorkKind.Activity, 11), new WorkId(WorkKind.Turn, 22)], record.ValidMarks);
        Assert.Equal(7, record.Life);
        Assert.Null(record.Alone);
        marks.Set(0, 0);
        marks.IsAlone = true;
        Assert.Equal(new WorkId(WorkKind.Turn, 22), InFlightRecord.Read(DatabasePath)!.Alone);
    }

    [Fact]
    public void Marks_of_another_boot_of_the_machine_mean_nothing()
    {
        using (var marks = InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: true))
        {
            marks.Set(0, 11);
            marks.IsAlone = true;
        }

        var bytes = File.ReadAllBytes(FilePath);
        bytes[InFlightRecord.BootAt] ^= 1;
        var record = InFlightRecord.Parse(bytes)!;
        Assert.Empty(record.ValidMarks);
        Assert.Null(record.Alone);
        Assert.True(record.HasSuspects);
    }

    [Fact]
    public void An_orderly_end_leaves_no_mark_and_later_ones_are_ignored()
    {
        var marks = InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: false);
        marks.Set(2, 11);
        marks.IsAlone = true;
        marks.End();
        marks.Dispose();
        marks.Set(2, 12);
        var record = InFlightRecord.Read(DatabasePath)!;
        Assert.Empty(record.Marks);
        Assert.False(record.IsAlone);
        Assert.True(record.IsEnded);
    }

    [Fact]
    public void A_file_of_any_other_length_is_ignored()
    {
        InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: true).Dispose();
        var bytes = File.ReadAllBytes(FilePath);
        Assert.NotNull(InFlightRecord.Parse(bytes));
        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Null(InFlightRecord.Parse(bytes.AsSpan(0, length))));
        Assert.Null(InFlightRecord.Parse([.. bytes, 0]));
    }

    [Fact]
    public void No_bytes_break_the_reader() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll<byte[]>(bytes =>
    {
        Assert.Null(InFlightRecord.Parse(bytes));
    }));

    [Fact]
    public void No_torn_header_breaks_the_reader()
    {
        InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: true).Dispose();
        var whole = File.ReadAllBytes(FilePath);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll<int, byte>((at, value) =>
        {
            var torn = (byte[])whole.Clone();
            torn[(int)((uint)at % torn.Length)] = value;
            var record = InFlightRecord.Parse(torn);
            Assert.True(record is null || record.Marks.All(mark => mark.Id > 0));
        }));
    }

    [Fact]
    public void What_is_marked_is_what_is_read() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll<PositiveInt[]>(ids =>
    {
        using var marks = InFlightMarks.Create(DatabasePath, 7, ids.Length, 0, hasSuspects: false);
        for (var slot = 0; slot < ids.Length; slot++)
            marks.Set(slot, ids[slot].Get);
        Assert.Equal(ids.Select(id => new WorkId(WorkKind.Activity, id.Get)).Distinct(), InFlightRecord.Read(DatabasePath)!.Marks);
    }));

    [Fact]
    public void Nobody_else_may_read_the_file()
    {
        InFlightMarks.Create(DatabasePath, 7, Activities, Turns, hasSuspects: true).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
