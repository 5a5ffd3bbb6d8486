namespace MultiAgentInfra.Clients.Oci;

/// <summary>Decides which names may occur in a layer, so that none reaches outside the folder it is unpacked into.</summary>
internal static class LayerPath
{
    /// <summary>The parts of an entry's name, or null when the name is absolute, empty, or climbs.</summary>
    public static string[]? Split(string name)
    {
        if (name.StartsWith('/') || name.Contains('\0') || name.Contains('\\'))
            return null;
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Length == 0 || parts.Contains("..") ? null : parts;
    }

    /// <summary>Why a symbolic link must not be, or null. It may climb at its start only: after a name, <c>..</c> would climb from
    /// wherever that name, itself perhaps a link, leads.</summary>
    public static string? CheckLink(string name, string target)
    {
        var parts = target.Split('/');
        var climbs = parts.TakeWhile(p => p is ".." or ".").Count(p => p == "..");
        var depth = (Split(name)?.Length ?? 0) - 1;
        var isInside = target.Length > 0 && !target.StartsWith('/') && !target.Contains('\0') && climbs <= depth && climbs == parts.Count(p => p == "..");
        return isInside ? null : $"The link '{name}' leads to '{target}', which is not inside the layer.";
    }
}
