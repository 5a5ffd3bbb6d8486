using System.Net;
using System.Text.Json;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class FunctionKeyTests
{
    private static Task<TestApplication> StartAsync(bool configured = true) => TestApplication.StartAsync(builder =>
    {
        if (configured)
        {
            builder.Configuration["FunctionKeys:partner"] = "function-key";
            builder.Configuration["FunctionKeys:_master"] = "master-key";
        }

        builder.Options.KeyFilePath = Path.Combine("keys", "keys.json");
        builder.UseMiddleware((context, next) =>
        {
            ((Journal)context.InstanceServices.GetService(typeof(Journal))!).Add(context.FunctionDefinition.Name);
            return next();
        });
        builder.AddFunctions([typeof(KeyedFunctions)]);
    });

    [Theory]
    [InlineData("/api/keyed", "function-key", HttpStatusCode.OK)]
    [InlineData("/api/keyed", "master-key", HttpStatusCode.OK)]
    [InlineData("/api/keyed", "another", HttpStatusCode.Unauthorized)]
    [InlineData("/api/keyed", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/keyed?code=function-key", null, HttpStatusCode.OK)]
    [InlineData("/api/keyed?code=another", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/keyed?code=", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/keyed?code=function-key", "another", HttpStatusCode.Unauthorized)]
    [InlineData("/api/keyed?code=another", "function-key", HttpStatusCode.OK)]
    [InlineData("/api/admin", "function-key", HttpStatusCode.Unauthorized)]
    [InlineData("/api/admin", "master-key", HttpStatusCode.OK)]
    public async Task A_keyed_function_takes_its_key_from_the_header_or_else_from_the_query(string path, string? header, HttpStatusCode expected)
    {
        await using var app = await StartAsync();
        if (header is not null)
            app.Http.DefaultRequestHeaders.Add("x-functions-key", header);

        using var response = await app.Http.GetAsync(path);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, app.Journal.Lines.Count);
        if (expected != HttpStatusCode.OK)
            await RoutingTests.AssertProblemAsync(response, expected, "Unauthorized");
    }

    [Fact]
    public async Task Without_configured_keys_a_file_of_mode_600_is_made_whose_keys_open()
    {
        await using var app = await StartAsync(configured: false);
        var file = Path.Combine(app.Folder, "keys", "keys.json");

        var keys = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(file))!;

        Assert.Equal(["_master", "default"], keys.Keys.Order(StringComparer.Ordinal));
        Assert.All(keys.Values, key => Assert.Equal(43, key.Length));
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync($"/api/keyed?code={keys["default"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Http.GetAsync($"/api/admin?code={keys["default"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync($"/api/admin?code={keys["_master"]}")).StatusCode);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_keys_of_an_existing_file_are_kept()
    {
        var folder = Directory.CreateTempSubdirectory("function-keys-");
        var file = Path.Combine(folder.FullName, "keys.json");
        await File.WriteAllTextAsync(file, """{ "default": "kept" }""");
        await using var app = await TestApplication.StartAsync(builder =>
        {
            builder.Options.KeyFilePath = file;
            builder.AddFunctions([typeof(KeyedFunctions)]);
        });

        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/keyed?code=kept")).StatusCode);
        Assert.Equal("""{ "default": "kept" }""", await File.ReadAllTextAsync(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task No_file_is_made_when_no_function_needs_a_key()
    {
        await using var app = await TestApplication.StartAsync(builder => builder.AddFunctions([typeof(SampleFunctions)]));

        Assert.Empty(Directory.GetFileSystemEntries(app.Folder));
    }
}
