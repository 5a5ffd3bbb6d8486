namespace MultiAgentInfra.TestSupport;

/// <summary>A <c>trivy</c> for the PATH that prints what a test wants, and only when it was started exactly as it must be: its arguments, the
/// names in its environment, the modes of its files. What it finds wrong is the last line of its standard error.</summary>
public sealed class FakeTrivy : IDisposable
{
    // The secret rules lie in a folder that is new each time; the place is checked, and not compared.
    private const string Script = """
        #!/bin/sh
        here="${0%/*}"
        wrong() { echo "wrong $1" >&2; exit 2; }
        mode() { [ "$(stat -c %a "$2")" = "$1" ] || wrong "mode of $2"; }
        names="$(tr '\0' '\n' </proc/$$/environ | cut -d= -f1 | sort | tr '\n' ' ')"
        [ "$names" = "$(cat "$here/names")" ] || wrong "environment: $names"
        [ "$(pwd)" = "$TMPDIR" ] || wrong "folder: $(pwd)"
        mode 700 "$TMPDIR"; mode 700 "$DOCKER_CONFIG"; mode 600 "$DOCKER_CONFIG/config.json"
        cat "$DOCKER_CONFIG/config.json" > "$here/seen-config.json"
        if [ "$1" = version ]; then
            [ "$*" = "version --format json" ] || wrong "arguments: $*"
            cat "$here/version.json"; exit 0
        fi
        seen=; previous=
        for argument; do
            if [ "$previous" = --secret-config ]; then
                mode 600 "$argument"
                grep -q '"telegram-bot-token"' "$argument" || wrong "secret rules"
                [ "${argument%/*}" = "$TMPDIR" ] || wrong "place of the secret rules"
                argument=RULES
            fi
            seen="$seen$argument "; previous="$argument"
        done
        expected="image --format json --scanners vuln,secret --image-config-scanners secret --severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"
        expected="$expected --secret-config RULES --list-all-pkgs=false --exit-code 0 --no-progress --skip-version-check --disable-telemetry --timeout 600s"
        [ "$seen" = "$expected $(cat "$here/source") " ] || wrong "arguments: $seen"
        . "$here/then.sh"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trivy-");

    /// <param name="source">The arguments that name the image, such as <c>--input FOLDER@DIGEST</c>.</param>
    /// <param name="report">What a scan prints.</param>
    /// <param name="then">Shell commands in the place of printing the report.</param>
    public FakeTrivy(string source, string report = """{"SchemaVersion":2}""", string version = "0.74.0", string? then = null)
    {
        Write("trivy", Script);
        File.SetUnixFileMode(PathOf("trivy"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("source", source);
        Write("names", "DOCKER_CONFIG HOME PATH PWD TMPDIR ");
        Write("report.json", report);
        Write("version.json", $$"""{ "Version": "{{version}}", "VulnerabilityDB": { "Version": 2, "UpdatedAt": "2030-01-02T03:04:05.678901234Z" } }""");
        Write("then.sh", then ?? "cat \"$here/report.json\"");
    }

    /// <summary>The folder of the fake first, so that it is found before a real one.</summary>
    public string Path => $"{_folder.FullName}:/usr/bin:/bin";

    public Dictionary<string, string> Environment => new() { ["PATH"] = Path, ["HOME"] = _folder.FullName };

    /// <summary>The Docker configuration that the last call was given.</summary>
    public string SeenConfig => File.ReadAllText(PathOf("seen-config.json"));

    /// <summary>More variables that the fake insists on.</summary>
    public void Expect(params string[] names) =>
        Write("names", string.Concat(names.Concat(["DOCKER_CONFIG", "HOME", "PATH", "PWD", "TMPDIR"]).Order(StringComparer.Ordinal).Select(name => $"{name} ")));

    public string PathOf(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);
}
