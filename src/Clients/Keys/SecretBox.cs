using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>Seals secrets with AES-256-GCM, bound to their agent and name
/// (https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf#page=23, section 8.2.2: 96 random bits of nonce).</summary>
public sealed class SecretBox(byte[] key)
{
    public const int KeyBytes = 32;

    private const byte Format = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + NonceBytes + TagBytes;

    /// <summary>Reads the key file; makes it only while there is nothing that another key sealed.</summary>
    /// <exception cref="InvalidOperationException">The key is missing though secrets exist, is too widely readable, or is malformed.</exception>
    public static SecretBox Open(string keyPath, bool secretsExist) =>
        new(secretsExist ? KeyFile.Load(keyPath, KeyBytes) : KeyFile.LoadOrCreate(keyPath, KeyBytes));

    public byte[] Seal(Guid agentId, string name, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[HeaderBytes + plain.Length];
        box[0] = Format;
        RandomNumberGenerator.Fill(Nonce(box));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(Nonce(box), plain, box.AsSpan(HeaderBytes), Tag(box), Owner(agentId, name));
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    /// <exception cref="CryptographicException">Another key, agent or name sealed it, or it was changed.</exception>
    public string Open(Guid agentId, string name, byte[] box)
    {
        if (box.Length < HeaderBytes || box[0] != Format)
            throw new CryptographicException($"The secret {name} of agent {agentId} is not in a known format.");
        var plain = new byte[box.Length - HeaderBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(Nonce(box), box.AsSpan(HeaderBytes), Tag(box), plain, Owner(agentId, name));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new CryptographicException($"The secret {name} of agent {agentId} was sealed with another key, or changed since.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static Span<byte> Nonce(byte[] box) => box.AsSpan(1, NonceBytes);

    private static Span<byte> Tag(byte[] box) => box.AsSpan(1 + NonceBytes, TagBytes);

    private static byte[] Owner(Guid agentId, string name) => Encoding.UTF8.GetBytes($"{agentId}|{name}");
}
