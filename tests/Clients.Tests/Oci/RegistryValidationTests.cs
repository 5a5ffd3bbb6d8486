using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class RegistryValidationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("options-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var open = WriteFile("open", "secret", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var empty = WriteFile("empty", "\n", UnixFileMode.UserRead);
        var options = new RegistryOptions
        {
            Address = "http://registry.example",
            Prefix = "Team/",
            Username = "a:b",
            Password = "x",
            PasswordFile = open,
            PullPasswordFile = empty,
            CertificateAuthorityFile = empty,
        };

        Assert.Equal(
            [
                "Registry:Address 'http://registry.example' sends credentials and images in the clear; use https, or permit that with Registry:AllowPlainHttp.",
                "Registry:Prefix 'Team/' cannot begin the name of a repository; give lower-case words such as team/bots.",
                "Registry:Password and Registry:PasswordFile are both given; give one of them.",
                "Registry:Username holds a colon, which basic authentication cannot carry.",
                $"Registry:PasswordFile '{open}' can be read by others; set its mode to 600.",
                "Registry:PullUsername is missing beside the password.",
                $"Registry:PullPasswordFile '{empty}' is empty.",
                $"Registry:CertificateAuthorityFile '{empty}' holds no certificate in PEM.",
            ],
            new RegistryValidation().Validate(null, options).Failures!);
    }

    [Fact]
    public void What_is_missing_is_said_at_once()
    {
        var options = new RegistryOptions { Username = "a", PullUsername = "b", PullPasswordFile = "/nowhere", CertificateAuthorityFile = "/nowhere" };

        Assert.Equal(
            [
                "Registry:Address is missing; give HOST[:PORT], or https://HOST[:PORT].",
                "Registry:Password (environment variable Registry__Password) or Registry:PasswordFile is missing beside the user name.",
                "Registry:PullPasswordFile '/nowhere' does not exist.",
                "Registry:CertificateAuthorityFile '/nowhere' does not exist.",
            ],
            new RegistryValidation().Validate(null, options).Failures!);
    }

    [Theory]
    [InlineData("registry.example", "https://registry.example/")]
    [InlineData("registry.example:5000", "https://registry.example:5000/")]
    [InlineData("https://registry.example", "https://registry.example/")]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/")]
    [InlineData("https://localhost:5000", "https://localhost:5000/")]
    [InlineData("https://user:password@registry.example", null)]
    [InlineData("registry.example/team", null)]
    [InlineData("registry.example?x=1", null)]
    [InlineData("ftp://registry.example", null)]
    [InlineData("two words", null)]
    [InlineData("", null)]
    public void An_address_is_a_host_and_a_port(string text, string? url) => Assert.Equal(url, RegistryAddress.TryParse(text)?.AbsoluteUri);

    [Fact]
    public void Plain_http_is_for_this_machine_or_where_it_is_permitted()
    {
        var validation = new RegistryValidation();

        Assert.True(validation.Validate(null, new() { Address = "http://127.0.0.1:5000" }).Succeeded);
        Assert.True(validation.Validate(null, new() { Address = "http://registry.example", AllowPlainHttp = true }).Succeeded);
        Assert.True(validation.Validate(null, new() { Address = "registry.example", Username = "a", PasswordFile = WriteFile("p", "x", UnixFileMode.UserRead) }).Succeeded);
    }

    private string WriteFile(string name, string content, UnixFileMode mode)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
