using System.Globalization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Makes the image of one agent's revision: the runtime image plus one thin layer. The runtime's layers are neither read nor copied.</summary>
public sealed class AgentImageBuilder(IImageRegistry registry)
{
    private readonly TarLayerWriter _layers = new(registry);
    private readonly ImageStacker _stacker = new(registry);

    /// <summary>The image is in its owner's <see cref="ImageNames.AgentRepository"/> and has no tag yet.</summary>
    /// <param name="runtime">A released runtime image.</param>
    /// <exception cref="FileNotFoundException">There is no such runtime image.</exception>
    /// <exception cref="InvalidDataException">A knowledge file's name leads out of its folder.</exception>
    public async Task<Descriptor> BuildAsync(Digest runtime, AgentLayer agent, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["app/character.json"] = agent.CharacterJson };
        foreach (var file in agent.Knowledge)
        {
            var parts = LayerPath.Split(file.Name) ?? throw new InvalidDataException($"The knowledge file name '{file.Name}' is not a relative path.");
            files[$"app/knowledge/{string.Join('/', parts)}"] = file.Content;
        }

        var repository = ImageNames.AgentRepository(agent.OrganizationId);
        var layer = await _layers.PackTextsAsync(repository, files, cancellationToken);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ImageNames.AgentLabel] = agent.AgentId.ToString("D"),
            [ImageNames.RevisionLabel] = agent.Revision.ToString(CultureInfo.InvariantCulture),
            [ImageNames.RuntimeLabel] = runtime.Value,
        };
        var additions = new ImageAdditions("character and knowledge", labels, config => config);
        return await _stacker.StackAsync(repository, new ImageReference(ImageNames.RuntimeRepository, runtime), layer, additions, cancellationToken);
    }
}
