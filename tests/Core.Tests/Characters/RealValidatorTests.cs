using System.Diagnostics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class RealValidatorTests
{
    // The zod whose wording the rules repeat; ElizaOS asks for ^4.3.5, so a later one may be installed.
    private const string ZodVersion = "4.6.7";
    private const int GeneratedCharacters = 300;
    private const ulong Seed = 17_02;

    private const string Script = """
        import { readFileSync } from 'node:fs';
        import { validateCharacter } from '@elizaos/core';
        const verdict = text => {
          const result = validateCharacter(JSON.parse(text));
          return result.success ? [] : result.error.issues.map(issue => ({ Path: issue.path.join('.'), Message: issue.message }));
        };
        const zod = JSON.parse(readFileSync('node_modules/zod/package.json', 'utf8')).version;
        const { writeFileSync } = await import('node:fs');
        writeFileSync('verdicts.json', JSON.stringify({ Zod: zod, Errors: JSON.parse(readFileSync('characters.json', 'utf8')).map(verdict) }));
        process.exit(0);
        """;

    private static readonly string[] EdgeCases =
    [
        "null", "[]", "\"x\"", "1", "{}", """{"name":"a","bio":"","b":1,"2":1,"1":1}""", """{"name":"a","name":"","bio":""}""",
        """{"name":"a","bio":"","__proto__":{"x":1}}""", """{"name":"a","bio":"","secrets":{"b":null,"__proto__":null,"3":null}}""",
        """{"name":"a","bio":"","settings":{"x":1e999},"system":1e999,"topics":[-1e999]}""",
    ];

    [Fact]
    public async Task Our_validator_and_the_real_one_say_the_same()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var folder = Directory.CreateTempSubdirectory("real-validator-").FullName;
        try
        {
            await InstallAsync(folder, deadline.Token);
            string[] samples = [.. new[] { "minimal", "rich", "01-missing-bio", "02-unknown-top-level-field", "03-bad-uuid-and-empty-name", "04-wrong-types",
                "05-flat-message-examples-and-bad-knowledge" }.Select(name => CharacterSamples.Text($"{name}.character.json"))];
            string[] examples = [CharacterSamples.Example("minimal.character.json"), CharacterSamples.Example("rich.character.json")];
            string[] characters = [.. samples, .. examples, .. EdgeCases, .. CharacterGenerator.Character.Sample(10, new Rnd(Seed), GeneratedCharacters)];

            var real = await AskAsync(folder, characters, deadline.Token);

            var sameZod = real.Zod == ZodVersion;
            var differences = characters.Zip(real.Errors)
                .Select(pair => (Character: pair.First, Real: Lines(pair.Second, sameZod), Ours: Lines(CharacterValidator.Validate(CharacterSamples.Json(pair.First)), sameZod)))
                .Where(pair => pair.Real != pair.Ours)
                .Select(pair => $"{pair.Character}\nreal:\n{pair.Real}\nours:\n{pair.Ours}")
                .ToList();
            Assert.True(differences.Count == 0, string.Join("\n\n", differences));
            Assert.Equal(characters.Length, real.Errors.Count);
            Assert.Contains(real.Errors.Skip(samples.Length), errors => errors.Count == 0);
            Assert.Contains(real.Errors.Skip(samples.Length), errors => errors.Count > 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Lines(IEnumerable<FieldError> errors, bool withMessages) =>
        string.Join('\n', errors.Select(error => withMessages ? $"{error.Path}: {error.Message}" : error.Path));

    private static async Task InstallAsync(string folder, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"private":true,"type":"module"}""", cancellation);
        var problem = await RunAsync(folder, "npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", $"@elizaos/core@{PluginCatalogue.CoreVersion}"], cancellation);
        if (problem is null)
            return;
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", $"npm could not install ElizaOS: {problem}");
        Assert.Fail(problem);
    }

    private static async Task<Verdicts> AskAsync(string folder, string[] characters, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "characters.json"), JsonSerializer.Serialize(characters), cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "ask.mjs"), Script, cancellation);
        Assert.Null(await RunAsync(folder, "node", ["ask.mjs"], cancellation));
        await using var answer = File.OpenRead(Path.Combine(folder, "verdicts.json"));
        return (await JsonSerializer.DeserializeAsync<Verdicts>(answer, cancellationToken: cancellation))!;
    }

    /// <summary>Null, or why the process did not succeed.</summary>
    private static async Task<string?> RunAsync(string folder, string command, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
                await process.WaitForExitAsync(cancellation);
                return process.ExitCode == 0 ? null : $"{command} ended with {process.ExitCode}: {await error}{await output}";
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return exception.Message;
        }
    }

    private sealed record Verdicts(string Zod, IReadOnlyList<IReadOnlyList<FieldError>> Errors);
}
