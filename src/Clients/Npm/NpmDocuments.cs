using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Npm;

/// <summary>Checks what npm wrote, and takes out of it what differs from machine to machine.</summary>
internal static class NpmDocuments
{
    /// <summary>Fails for a lock file that says where a package is to be fetched from: that is the operator's choice, and a package from
    /// elsewhere than a registry has no integrity to check.</summary>
    public static void CheckLockFile(string text)
    {
        foreach (var (path, package) in Parse(text, "package-lock.json")["packages"] as JsonObject ?? [])
        {
            if (package is JsonObject entry && entry.ContainsKey("resolved"))
                throw new NonRetryableException($"The package {path} does not come from the registry by name and version, which is the only way allowed.");
        }
    }

    /// <summary>The components list without its time and serial number and the name of the folder it was made in.</summary>
    public static byte[] Normalize(string components)
    {
        var document = Parse(components, "The components list");
        if ((string?)document["bomFormat"] != "CycloneDX" || document["metadata"] is not JsonObject metadata || document["components"] is not JsonArray)
            throw new InvalidDataException("npm sbom printed something other than a CycloneDX document.");
        document.Remove("serialNumber");
        metadata.Remove("timestamp");
        if (metadata["component"] is JsonObject component && (string?)component["bom-ref"] is { } reference && reference.LastIndexOf('@') is > 0 and var end)
            component["name"] = reference[..end];
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static JsonObject Parse(string text, string what)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new InvalidDataException($"{what} is not a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{what} is not JSON: {exception.Message}", exception);
        }
    }
}
