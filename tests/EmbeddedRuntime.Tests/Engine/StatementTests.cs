using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Engine;

public sealed class StatementTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public StatementTests()
    {
        _connection.Open();
        using var create = new Statement(_connection, "CREATE TABLE Notes (Id INTEGER PRIMARY KEY, Text TEXT UNIQUE, Number INTEGER)");
        create.Execute();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("héllo 🙂")]
    [InlineData("a\0b")]
    public void A_text_comes_back_as_it_was(string? text)
    {
        using var insert = new Statement(_connection, "INSERT INTO Notes (Text) VALUES ($text)", "text");
        using var select = new Statement(_connection, "SELECT Text FROM Notes");
        Assert.Equal(1, insert.Execute(text));
        Assert.Equal([text], select.Read(row => row.Text(0)));
        Assert.Equal([text is null], select.Read(row => row.IsNull(0)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(long.MinValue)]
    public void A_number_comes_back_as_it_was(long? number)
    {
        using var insert = new Statement(_connection, "INSERT INTO Notes (Number) VALUES ($number)", "number");
        insert.Execute(number);
        using var select = new Statement(_connection, "SELECT Number FROM Notes");
        Assert.Equal([number], select.Read(row => row.IsNull(0) ? (long?)null : row.Number(0)));
    }

    [Fact]
    public void Values_are_bound_in_the_order_of_the_names()
    {
        using var insert = new Statement(_connection, "INSERT INTO Notes (Number, Text) VALUES ($number, $text)", "text", "number");
        insert.Execute("a", 5L);
        using var select = new Statement(_connection, "SELECT Number FROM Notes WHERE Text = $text", "text");
        Assert.Equal(5, select.Scalar("a"));
        Assert.Null(select.Scalar("b"));
    }

    [Fact]
    public void A_statement_that_failed_can_be_run_again()
    {
        using var insert = new Statement(_connection, "INSERT INTO Notes (Text) VALUES ($text)", "text");
        insert.Execute("once");
        Assert.Contains("UNIQUE", Assert.Throws<SqliteException>(() => insert.Execute("once")).Message, StringComparison.Ordinal);
        Assert.Equal(1, insert.Execute("twice"));
        Assert.Throws<SqliteException>(() => new Statement(_connection, "SELECT nothing"));
    }

    public void Dispose() => _connection.Dispose();
}
