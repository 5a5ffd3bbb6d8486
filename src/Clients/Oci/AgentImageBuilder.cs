using System.Globalization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Makes the image of one agent's revision: the runtime image plus one thin layer. The runtime's layers are neither read nor copied.</summary>
public sealed class AgentImageBuilder(OciLayout layout)
{
    /// <summary>The image has no reference yet: <see cref="OciLayout.TagAsync"/> with <see cref="ImageNames.AgentReference"/> gives it one.</summary>
    /// <exception cref="InvalidDataException">A knowledge file's name leads out of its folder.</exception>
    public async Task<Descriptor> BuildAsync(Digest runtime, AgentLayer agent, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["app/character.json"] = agent.CharacterJson };
        foreach (var file in agent.Knowledge)
        {
            var parts = LayerPath.Split(file.Name) ?? throw new InvalidDataException($"The knowledge file name '{file.Name}' is not a relative path.");
            files[$"app/knowledge/{string.Join('/', parts)}"] = file.Content;
        }

        var layer = await new TarLayerWriter(layout).PackTextsAsync(files, cancellationToken);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ImageNames.AgentLabel] = agent.AgentId.ToString("D"),
            [ImageNames.RevisionLabel] = agent.Revision.ToString(CultureInfo.InvariantCulture),
            [ImageNames.RuntimeLabel] = runtime.Value,
        };
        return await new ImageStacker(layout).StackAsync(runtime, layer, new("character and knowledge", labels, config => config), cancellationToken);
    }
}
