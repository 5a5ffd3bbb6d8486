using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "a.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_key_is_made_once_and_is_private()
    {
        var first = KeyFile.LoadOrCreate(Path, 32);

        Assert.Equal(32, first.Length);
        Assert.Equal(first, KeyFile.LoadOrCreate(Path, 32));
        Assert.Equal(first, KeyFile.Load(Path, 32));
        Assert.Equal([Path], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void Two_keys_differ() =>
        Assert.NotEqual(KeyFile.LoadOrCreate(Path, 32), KeyFile.LoadOrCreate(Path + "2", 32));

    [Fact]
    public void Half_a_key_of_an_earlier_crash_is_not_taken_for_one()
    {
        File.WriteAllBytes(Path + ".new", [1, 2, 3]);

        Assert.Equal(32, KeyFile.LoadOrCreate(Path, 32).Length);
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_reach_is_refused(UnixFileMode more)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        KeyFile.LoadOrCreate(Path, 32);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        var error = Assert.Throws<InvalidOperationException>(() => KeyFile.LoadOrCreate(Path, 32));

        Assert.Equal($"The key file {Path} can be read by others. Run: chmod 600 {Path}", error.Message);
    }

    [Fact]
    public void A_key_of_another_length_is_refused()
    {
        KeyFile.LoadOrCreate(Path, 16);

        var error = Assert.Throws<InvalidOperationException>(() => KeyFile.LoadOrCreate(Path, 32));

        Assert.Equal($"The key file {Path} holds 16 bytes instead of 32. Restore it from a backup.", error.Message);
    }

    [Fact]
    public void A_missing_key_is_not_made_where_it_must_exist()
    {
        Assert.Throws<InvalidOperationException>(() => KeyFile.Load(Path, 32));
        Assert.False(File.Exists(Path));
    }
}
