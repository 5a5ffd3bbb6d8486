using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

public sealed class MalformedRequestTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Requests = 200;
    private static readonly string[] OddTexts = ["", " ", "\0", "\u202e", "é́", "🧨", "null", "-1", "99999999999999999999", "%00", "../..", "'; DROP TABLE agents; --", new('x', 3000)];
    private static readonly string[] OddJson = ["{", "[1,", "{\"a\":}", "tru", "\"", "{}{}", "\ufeff{}", "{\"name\":\"\\udc00\"}", new string('[', 5000), "/* */ {}", "NaN"];
    private static readonly string[] OddHeaders = ["Idempotency-Key", "If-Match", "If-None-Match", "Accept", "traceparent", "Content-Language"];

    [Fact]
    public async Task Malformed_requests_made_from_the_document_get_problems_and_never_a_server_error()
    {
        var random = new Random(20261122);
        var document = OpenApiTests.Load();
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (path.Key, operation.Key, operation.Value!))).ToList();
        using var client = api.Client();
        for (var number = 0; number < Requests; number++)
        {
            // Half of them go where a body is read, which is where most can go wrong.
            var (path, method, operation) = Pick(random, number % 2 == 0 ? operations.FindAll(item => item.Item3["requestBody"] is not null) : operations);
            using var request = Make(random, document, path, method, operation);
            var description = $"#{number} {request}";
            using var response = await client.SendAsync(request);
            Assert.True((int)response.StatusCode < 500, description);
            if ((int)response.StatusCode < 400)
                continue;

            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{description} {(int)response.StatusCode}");
            var problem = await response.JsonAsync();
            Assert.Matches("^[0-9a-f]{32}$", (string?)problem["traceId"]);
        }
    }

    private static HttpRequestMessage Make(Random random, JsonObject document, string path, string method, JsonNode operation)
    {
        var query = new List<string>();
        var request = new HttpRequestMessage { Method = HttpMethod.Parse(method.ToUpperInvariant()) };
        foreach (var parameter in (operation["parameters"]?.AsArray() ?? []).Select(reference => JsonSchema.Follow(document, (string)reference!["$ref"]!)!))
        {
            var (name, value) = ((string)parameter["name"]!, Pick(random, OddTexts));
            if ((string)parameter["in"]! == "query")
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            // The web server itself refuses a NUL in a path, before any code of ours.
            else if ((string)parameter["in"]! == "path")
                path = path.Replace($"{{{name}}}", value is "" or "../.." or "\0" ? Guid.NewGuid().ToString() : Uri.EscapeDataString(value), StringComparison.Ordinal);
            else if (random.Next(3) == 0)
                request.Headers.TryAddWithoutValidation(name, Clean(value));
        }

        if (random.Next(3) == 0)
            request.Headers.TryAddWithoutValidation(Pick(random, OddHeaders), Clean(Pick(random, OddTexts)));
        if (operation["requestBody"] is not null || random.Next(4) == 0)
        {
            // What no function reads must fit into what the web server reads to keep the connection.
            request.Content = Body(random, document, operation["requestBody"] is null ? 1 : 1024 * 1024);
            // An answer that comes before the whole body was sent would otherwise be lost with the connection.
            request.Headers.ExpectContinue = true;
        }

        request.RequestUri = new Uri($"{path}?{string.Join('&', query)}", UriKind.Relative);
        return request;
    }

    private static StringContent Body(Random random, JsonObject document, int longest)
    {
        var text = random.Next(4) switch
        {
            0 => Pick(random, OddJson),
            1 => new JsonObject { ["name"] = new string('n', longest * random.Next(2)), ["character"] = 1 }.ToJsonString(),
            _ => Mutate(random, document["components"]!["schemas"]!["UpdateAgent"]!).ToJsonString(),
        };
        return new StringContent(text, Encoding.UTF8, random.Next(10) == 0 ? "text/html" : "application/json");
    }

    private static JsonObject Mutate(Random random, JsonNode schema)
    {
        var body = ApiFixture.Agent();
        foreach (var (name, _) in schema["properties"]!.AsObject())
        {
            if (random.Next(3) == 0)
                body[name] = Odd(random, 0);
            else if (random.Next(6) == 0)
                body.Remove(name);
        }

        if (random.Next(3) == 0)
            body[Pick(random, OddTexts)] = Odd(random, 0);
        return body;
    }

    private static JsonNode? Odd(Random random, int depth) => random.Next(8) switch
    {
        0 => null,
        1 => random.Next(-5, 5),
        2 => 1e300,
        3 => true,
        4 => Pick(random, OddTexts),
        5 when depth < 50 => new JsonArray(Odd(random, depth + 1), Odd(random, depth + 20)),
        6 when depth < 50 => new JsonObject { [Pick(random, OddTexts)] = Odd(random, depth + 1) },
        _ => new JsonObject { ["name"] = Odd(random, 50) },
    };

    private static string Clean(string value) => new([.. value.Where(c => c is > ' ' and < '\u007f')]);

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
