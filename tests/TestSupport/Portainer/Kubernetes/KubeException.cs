using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>An answer of the API server that is a Status object.</summary>
internal sealed class KubeException(int code, string reason, string message, KubeResource? resource = null, string? name = null) : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = reason,
        };
        if (resource is not null)
            status["details"] = new JsonObject { ["name"] = name, ["group"] = resource.Group.Length == 0 ? null : resource.Group, ["kind"] = resource.Plural };
        status["code"] = code;
        return status;
    }

    public static KubeException NotFound(KubeResource resource, string name) =>
        new(404, "NotFound", $"{resource.Qualified} \"{name}\" not found", resource, name);

    public static KubeException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static KubeException AlreadyExists(KubeResource resource, string name) =>
        new(409, "AlreadyExists", $"{resource.Qualified} \"{name}\" already exists", resource, name);

    public static KubeException Forbidden(KubeResource resource, string name, string words) =>
        new(403, "Forbidden", $"{resource.Qualified} \"{name}\" is forbidden: {words}", resource, name);

    public static KubeException Conflict(KubeResource resource, string name, string words) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.Qualified} \"{name}\": {words}", resource, name);

    public static KubeException Changed(KubeResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static KubeException Invalid(KubeResource resource, string name, string words) =>
        new(422, "Invalid", $"{resource.Kind}{(resource.Group.Length == 0 ? "" : "." + resource.Group)} \"{name}\" is invalid: {words}", resource, name);

    public static KubeException BadRequest(string words) => new(400, "BadRequest", words);
}
