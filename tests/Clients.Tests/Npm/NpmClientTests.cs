using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Npm;

public sealed class NpmClientTests : IDisposable
{
    private const string PackageJson = """{"name":"agent-runtime","version":"1.0.0","private":true,"dependencies":{"left-pad":"1.3.0"}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("npm-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_lock_file_is_returned_and_npm_was_told_to_run_no_scripts()
    {
        using var npm = new FakeProgram("npm", """
            case "$*" in *"--package-lock-only --omit-lockfile-registry-resolved"*--ignore-scripts*) ;; *) exit 2 ;; esac
            echo '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}' > package-lock.json
            """);

        var text = await CreateClient(npm).ResolveLockFileAsync(PackageJson, PathOf("work"), _ => { }, CancellationToken.None);

        Assert.Contains("node_modules/a", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_the_cache_does_not_know_yet_is_asked_for_again_at_the_registry()
    {
        using var npm = new FakeProgram("npm", """
            case "$*" in *--prefer-offline*) exit 2 ;; *--prefer-online*) ;; *) echo 'npm error code ETARGET' >&2; exit 1 ;; esac
            echo '{"packages":{"node_modules/a":{"version":"1.0.1"}}}' > package-lock.json
            """);

        var text = await CreateClient(npm).ResolveLockFileAsync(PackageJson, PathOf("work"), _ => { }, CancellationToken.None);

        Assert.Contains("1.0.1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_file_that_names_an_address_is_refused()
    {
        using var npm = new FakeProgram("npm", """echo '{"packages":{"node_modules/a":{"resolved":"git+ssh://git@example.org/a.git"}}}' > package-lock.json""");

        var exception = await Assert.ThrowsAsync<NonRetryableException>(() =>
            CreateClient(npm).ResolveLockFileAsync(PackageJson, PathOf("work"), _ => { }, CancellationToken.None));

        Assert.Contains("node_modules/a", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npm error code E404\nnpm error 404  The requested resource '@x/none@1.0.0' could not be found", "@x/none@1.0.0")]
    [InlineData("npm error code E404\nnpm error 404  '@x/none@1.0.0' is not in this registry.", "@x/none@1.0.0")]
    [InlineData("npm error code ETARGET\nnpm error notarget No matching version found for left-pad@99.0.0.", "left-pad@99.0.0")]
    [InlineData("npm ERR! code EUNSUPPORTEDPROTOCOL\nnpm ERR! Unsupported URL Type x:", "EUNSUPPORTEDPROTOCOL")]
    public async Task A_package_that_cannot_be_had_is_named_and_not_tried_again(string output, string expected)
    {
        var exception = await Assert.ThrowsAsync<NonRetryableException>(() => FailAsync(output));

        Assert.Contains($" {expected}", exception.Message.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_may_be_tried_again_and_its_credentials_are_not_shown()
    {
        var seen = new List<string>();

        var exception = await Assert.ThrowsAsync<NpmException>(() =>
            FailAsync("npm error code ECONNRESET\nnpm error network http://user:hunter22@registry.example/x failed with _authToken=hunter22", seen.Add));

        Assert.Contains("http://registry.example/x", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", exception.Message + string.Concat(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_npm_is_told_what_to_install()
    {
        using var program = new FakeProgram("npm", "exit 127");

        var exception = await Assert.ThrowsAsync<NonRetryableException>(() => CreateClient(program).VersionAsync("npm", CancellationToken.None));

        Assert.Contains("Node.js 20", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_begins_by_removing_what_an_interrupted_one_left()
    {
        Directory.CreateDirectory(PathOf("app/node_modules/half"));
        using var npm = new FakeProgram("npm", """[ ! -e node_modules ] && [ "$1" = ci ] && mkdir node_modules""");

        await CreateClient(npm).InstallAsync(PathOf("app"), PathOf("work"), _ => { }, CancellationToken.None);

        Assert.Empty(Directory.EnumerateFileSystemEntries(PathOf("app/node_modules")));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private NpmClient CreateClient(FakeProgram npm) => new(new ProcessRunner(TimeProvider.System), PathOf("cache"), npm.Environment);

    private async Task FailAsync(string output, Action<string>? seen = null)
    {
        using var npm = new FakeProgram("npm", "cat \"${0%/*}/output\" >&2; exit 1");
        await File.WriteAllTextAsync(npm.PathOf("output"), output + "\n");
        Directory.CreateDirectory(PathOf("app"));
        await CreateClient(npm).InstallAsync(PathOf("app"), PathOf("work"), seen ?? (_ => { }), CancellationToken.None);
    }
}
