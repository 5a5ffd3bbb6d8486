namespace MultiAgentInfra.Clients.Blobs;

/// <summary>The container of Azure Blob Storage that keeps the artifacts. Without this section of the configuration they are kept in a folder.</summary>
public sealed class BlobOptions
{
    public const string Section = "Artifacts";

    /// <summary>Such as <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, or of an emulator <c>http://127.0.0.1:10000/ACCOUNT/CONTAINER</c>.
    /// It is made when it is missing.</summary>
    public string? Container { get; set; }

    /// <summary>The storage account that the key is of.</summary>
    public string? AccountName { get; set; }

    /// <summary>One of the account's two keys, in base64. Without a key, Azure.Identity finds an identity.</summary>
    public string? AccountKey { get; set; }

    /// <summary>A file of mode 600 that holds the key.</summary>
    public string? AccountKeyFile { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Container);

    internal string? ReadAccountKey() => string.IsNullOrEmpty(AccountKeyFile) ? AccountKey : SecretFile.Read(AccountKeyFile);
}
