using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Writes JSON as YAML (https://yaml.org/spec/1.2.2/): the same text for the same tree, with properties in their order. A text that any
/// reader of YAML 1.1 or 1.2 could take for something else is quoted and escaped.</summary>
public static partial class YamlText
{
    // Lines are never folded: readers disagree on what a fold in a quoted text means.
    private static readonly EmitterSettings Settings = new EmitterSettings(
        bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024).WithNewLine("\n");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf",
    };

    /// <summary>One document per object.</summary>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair, which no YAML can.</exception>
    public static string Write(IEnumerable<ManifestObject> objects) => string.Concat(objects.Select(item => $"---\n{Write(item.Json)}"));

    /// <summary>One document, without a line that begins it.</summary>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair, which no YAML can.</exception>
    public static string Write(JsonObject document)
    {
        using var text = new StringWriter();
        var emitter = new Emitter(text, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, document);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in map)
                {
                    emitter.Emit(Text(name));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case { } value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Text(value.GetValue<string>()));
                break;
            default:
                // Numbers, truth values and null are spelled alike in both.
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static Scalar Text(string text)
    {
        StrictUtf8.GetByteCount(text);
        var plain = Plain().IsMatch(text) && !Words.Contains(text);
        return new(AnchorName.Empty, TagName.Empty, text, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, isPlainImplicit: plain, isQuotedImplicit: true);
    }

    // A letter first keeps numbers, dates, and everything with a meaning of its own out.
    [GeneratedRegex(@"\A[A-Za-z/][A-Za-z0-9/._-]*\z")]
    private static partial Regex Plain();
}
