using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Tests.Targets;

public sealed class VersionChangeTests
{
    [Theory]
    [InlineData("1.7.2", "1.7.2")]
    [InlineData(null, "1.7.2")]
    [InlineData("1.7.2", null)]
    public void What_stays_or_is_not_known_is_no_change(string? from, string? to) => Assert.Null(VersionChange.Of(from, to));

    [Theory]
    [InlineData("1.7.2", "1.10.0", "ElizaOS changes from 1.7.2 to 1.10.0, and there is no snapshot of the agent's data: none")]
    [InlineData("1.10.0", "1.7.2", "ElizaOS goes back from 1.10.0 to 1.7.2, and there is no snapshot of the agent's data: none; what 1.10.0 has migrated stays so")]
    [InlineData("2.0.0-beta.3", "1.7.2", "ElizaOS goes back from 2.0.0-beta.3 to 1.7.2, and there is no snapshot of the agent's data: none; what 2.0.0-beta.3 has migrated stays so")]
    [InlineData("next", "1.7.2", "ElizaOS changes from next to 1.7.2, and there is no snapshot of the agent's data: none")]
    public void An_earlier_version_is_told_from_a_later_one(string from, string to, string sentence) =>
        Assert.Equal(sentence, VersionChange.Of(from, to)!.WithoutSnapshot("none"));

    [Fact]
    public void A_note_reads_back_as_it_was_written()
    {
        var note = new DataNote("1.8.0", Guid.NewGuid(), "1.7.2", "snapshot-1");

        Assert.Equal(note, DataNote.Read(note.Write()));
        Assert.Null(DataNote.Read("no JSON"));
        Assert.Null(note.Tell(Guid.NewGuid()));
        Assert.Equal("ElizaOS changes from 1.7.2 to 1.8.0; snapshot snapshot-1 has the agent's data of before", note.Tell(note.OperationId));
    }
}
