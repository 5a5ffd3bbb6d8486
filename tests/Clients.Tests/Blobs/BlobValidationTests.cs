using MultiAgentInfra.Clients.Blobs;

namespace MultiAgentInfra.Clients.Tests.Blobs;

public sealed class BlobValidationTests
{
    private const string Key = "Y2FuYXJ5LWFjY291bnQta2V5";

    [Fact]
    public void All_that_is_wrong_is_said_at_once_without_the_key()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Key);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);

        Assert.Equal(
            [
                "Artifacts:Container 'http://account.blob.core.windows.net/c' would send artifacts and tokens in the clear; use https.",
                "Artifacts:AccountKey and Artifacts:AccountKeyFile are both given; give one of them.",
                "Artifacts:AccountName and a key go together: give Artifacts:AccountName and Artifacts:AccountKey (environment variable Artifacts__AccountKey) or Artifacts:AccountKeyFile, or none of them.",
                "Artifacts:AccountKey is no key of a storage account, which is base64.",
                $"Artifacts:AccountKeyFile '{file}' can be read by others; set its mode to 600.",
            ],
            Failures(new() { Container = "http://account.blob.core.windows.net/c", AccountKey = "canary!", AccountKeyFile = file }));
        File.Delete(file);
    }

    [Theory]
    [InlineData("account.blob.core.windows.net/c")]
    [InlineData("https://account.blob.core.windows.net")]
    [InlineData("https://account.blob.core.windows.net/")]
    [InlineData("ftp://account.blob.core.windows.net/c")]
    [InlineData("https://user:canary@account.blob.core.windows.net/c")]
    [InlineData("https://account.blob.core.windows.net/c?sig=canary")]
    public void What_is_no_container_is_refused_and_not_repeated(string address) => Assert.Equal(
        ["Artifacts:Container is no address of a container, such as https://ACCOUNT.blob.core.windows.net/CONTAINER, without a query."],
        Failures(new() { Container = address }));

    [Fact]
    public void A_key_without_a_container_is_said() => Assert.Equal(
        ["Artifacts:Container is missing: give it, such as https://ACCOUNT.blob.core.windows.net/CONTAINER, or leave the whole section Artifacts out."],
        Failures(new() { AccountKey = Key }));

    [Fact]
    public void A_key_file_that_holds_no_key_is_said()
    {
        var file = Path.GetTempFileName();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, "no key!");

        Assert.Equal(
            [$"Artifacts:AccountKeyFile '{file}' holds no key of a storage account, which is base64."],
            Failures(new() { Container = "https://account.blob.core.windows.net/c", AccountName = "account", AccountKeyFile = file }));
        File.Delete(file);
    }

    [Fact]
    public void Nothing_a_key_and_an_identity_are_fine()
    {
        Assert.Empty(Failures(new()));
        Assert.Empty(Failures(new() { Container = "https://account.blob.core.windows.net/c" }));
        Assert.Empty(Failures(new() { Container = "http://127.0.0.1:10000/account/c", AccountName = "account", AccountKey = Key }));
    }

    private static IEnumerable<string> Failures(BlobOptions options) => new BlobValidation().Validate(null, options).Failures ?? [];
}
