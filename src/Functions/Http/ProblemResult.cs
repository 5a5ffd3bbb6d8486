using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Functions.Http;

/// <summary>One problem as the answer to a request.</summary>
public sealed class ProblemResult(string type, string title, int status, string detail, IReadOnlyList<FieldError>? errors) : IResult
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    public int Status => status;

    public ProblemResult With(string header, string value)
    {
        _headers.Add(new(header, value));
        return this;
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        foreach (var (name, value) in _headers)
            response.Headers[name] = value;
        var body = new ProblemBody(type, title, status, detail, TraceId(), errors);
        return response.WriteAsJsonAsync(body, WireJson.Default.ProblemBody, "application/problem+json");
    }

    // A random id is still one that the log of this request can be found by, once it is in the answer.
    private static string TraceId() => (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}

/// <summary>A problem that ends the request wherever it is found.</summary>
public sealed class ProblemException(ProblemResult problem) : Exception
{
    public ProblemResult Problem => problem;
}
