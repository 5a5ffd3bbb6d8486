namespace MultiAgentInfra.EndToEnd;

/// <summary>An npm that installs a package of one file, and a Node.js that answers as an agent does and is cheap enough to run hundreds of times.
/// Both check what they are told, and npm notes each of its runs.</summary>
internal sealed class FakeTools : IDisposable
{
    // Waits with an installation until the test lets it go on, so that everybody who wants the same has asked for it by then.
    private const string Npm = """
        #!/bin/sh
        here=$(dirname "$0")
        fail() { echo "fake npm: $*" >&2; echo "$*" >> "$here/complaints"; exit 1; }
        case "$*" in *--ignore-scripts*--cache=*) ;; *) fail "arguments: $*" ;; esac
        case "$1" in
        install)
            case "$*" in *--package-lock-only*) ;; *) fail "arguments: $*" ;; esac
            mktemp "$here/resolved/XXXXXXXX" > /dev/null
            hash=$(sha256sum package.json | cut -c1-64)
            printf '{"lockfileVersion":3,"packages":{"":{"version":"%s"}}}' "$hash" > package-lock.json
            ;;
        ci)
            [ -f package-lock.json ] && [ -f start-agent.mjs ] || fail "no context in $PWD"
            build=$(basename "$(dirname "$PWD")")
            exec 9> "$here/lock-$build"
            flock -n 9 || fail "two installations of $build at once"
            mktemp "$here/installed/XXXXXXXX" > /dev/null
            while [ ! -e "$here/go" ]; do sleep 0.1; done
            if [ -e "$here/broken" ] && grep -q "$(cat "$here/broken")" package.json; then
                echo 'npm error code EBADENGINE' >&2
                echo 'npm error engine the test wants it so' >&2
                exit 1
            fi
            mkdir -p node_modules/tiny && cp package.json node_modules/tiny/
            ;;
        sbom)
            touch "$here/listing"
            while [ -e "$here/hold" ]; do sleep 0.1; done
            echo '{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{},"components":[]}'
            ;;
        *) fail "arguments: $*" ;;
        esac
        """;

    private const string Node = """
        #!/bin/sh
        if [ "$1" = --version ]; then echo v22.12.0; exit; fi
        [ -f "$1" ] && [ -f "$2" ] || exit 3
        layer=${2%/app/character.json}
        id=$(basename "$(dirname "$layer")")
        mkdir -p "$HOME/www/api"
        echo '{"status":"OK"}' > "$HOME/www/health"
        printf '{"success":true,"data":{"agents":[{"id":"%s","status":"active"}]}}' "$id" > "$HOME/www/api/agents"
        exec busybox httpd -f -p "127.0.0.1:$SERVER_PORT" -h "$HOME/www"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fake-tools-");

    public FakeTools()
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        foreach (var (name, text) in new[] { ("npm", Npm), ("node", Node) })
        {
            File.WriteAllText(PathOf(name), text + "\n");
            File.SetUnixFileMode(PathOf(name), (UnixFileMode)0b111_101_101);
        }

        _folder.CreateSubdirectory("resolved");
        _folder.CreateSubdirectory("installed");
    }

    /// <summary>For the environment of a control plane: these two, and the system's own programs.</summary>
    public string SearchPath => $"{_folder.FullName}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public int Resolved => Directory.GetFiles(PathOf("resolved")).Length;

    public int Installed => Directory.GetFiles(PathOf("installed")).Length;

    /// <summary>What npm was told and did not expect.</summary>
    public string Complaints => File.Exists(PathOf("complaints")) ? File.ReadAllText(PathOf("complaints")) : "";

    /// <summary>Lets installations go on.</summary>
    public void Go() => File.WriteAllText(PathOf("go"), "");

    /// <summary>Keeps lists of components from being made: the image is in quarantine by then.</summary>
    public void HoldListing() => File.WriteAllText(PathOf("hold"), "");

    public bool IsListing => File.Exists(PathOf("listing"));

    public void ReleaseListing() => File.Delete(PathOf("hold"));

    /// <summary>From now on installations of the package fail.</summary>
    public void Break(string package) => File.WriteAllText(PathOf("broken"), package);

    public void Repair() => File.Delete(PathOf("broken"));

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
