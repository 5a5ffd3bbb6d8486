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

    /// <summary>The lock file without the packages that npm leaves out on the platform: it locks those of every platform
    /// (https://docs.npmjs.com/cli/configuring-npm/package-json#os).</summary>
    public static byte[] ForPlatform(string lockFile, string platform)
    {
        var (os, cpu) = platform.Split('-') is [var first, var second] ? (first, second) : throw new ArgumentException($"'{platform}' is no platform.", nameof(platform));
        var document = Parse(lockFile, "package-lock.json");
        if (document["packages"] is JsonObject packages)
        {
            foreach (var path in packages.Where(package => !Fits(package.Value?["os"], os) || !Fits(package.Value?["cpu"], cpu)).Select(package => package.Key).ToList())
                packages.Remove(path);
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
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

    // Names that are wanted, or with an exclamation mark those that are not; a package may also give one name by itself.
    private static bool Fits(JsonNode? names, string name)
    {
        var list = names switch
        {
            JsonArray array => array.Select(entry => (string?)entry).ToList(),
            JsonValue value => [(string?)value],
            _ => [],
        };
        return !list.Contains($"!{name}") && (list.Contains(name) || list.Contains("any") || list.TrueForAll(entry => entry is ['!', ..]));
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
