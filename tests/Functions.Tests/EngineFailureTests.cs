using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Functions.Tests;

public sealed class EngineFailureTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("multi-agent-infra-failure-");

    public EngineFailureTests() => File.SetUnixFileMode(_data.FullName, (UnixFileMode)0b111_001_001);

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task An_engine_that_cannot_write_ends_the_program_with_an_error()
    {
        await LeaveOrderedAsync();
        await RefuseWritesAsync();

        // What was left is started at once, which is the first write.
        Assert.Equal(1, await EmbeddedControlPlane.RunAsync(new CommandLine(0, _data.FullName, "localhost", false), TextWriter.Null));
    }

    /// <summary>What a crash between the commit and the start of an orchestration leaves.</summary>
    private async Task LeaveOrderedAsync()
    {
        using var folder = DataFolder.Open(_data.FullName);
        await using var app = EmbeddedControlPlane.Compose(new CommandLine(0, _data.FullName, "localhost", false), folder).Build();
        var organization = await app.Services.GetRequiredService<OrganizationStore>().GetPersonalAsync(Guid.NewGuid().ToString(), default);
        using var json = JsonDocument.Parse(ApiFixture.Agent().ToJsonString());
        await app.Services.GetRequiredService<AgentStore>().CreateAsync(Submission.Read(json.RootElement, organization, app.Services.GetRequiredService<TargetAdmission>(), []), null, default);
        Assert.Null(await app.Services.GetRequiredService<DurableTaskClient>().GetInstanceAsync("none", default));
    }

    private async Task RefuseWritesAsync()
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_data.FullName, "durable.db")};Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "CREATE TRIGGER full BEFORE INSERT ON Instances BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
        await command.ExecuteNonQueryAsync();
    }
}
