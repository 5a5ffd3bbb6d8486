using System.Text;
using System.Text.Json;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Images;

/// <summary>Writes the package.json of a runtime image: nothing but the plugin set's packages, at their exact versions.</summary>
public static class PackageJsonBuilder
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static string Build(PluginSet plugins)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("name", "agent-runtime");
            // The packages are resolved anew with each catalogue; and `npm sbom` refuses a root package without a version.
            writer.WriteString("version", plugins.CatalogueVersion);
            writer.WriteBoolean("private", true);
            writer.WriteString("type", "module");
            writer.WriteStartObject("dependencies");
            foreach (var package in plugins.Packages)
                writer.WriteString(package.Name, package.Version);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
