# Sourced by ./run, ./test and .ci/run: what must be installed, and what to type when it is not.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The distribution's family: debian, fedora, alpine, arch or other.
distribution() {
    local ids=""
    if [[ -r /etc/os-release ]]; then
        ids=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
    fi
    local id
    for id in $ids; do
        case $id in
            debian | fedora | alpine | arch) echo "$id"; return ;;
            ubuntu) echo debian; return ;;
            rhel | centos) echo fedora; return ;;
        esac
    done
    echo other
}

is_root_on_debian() { [[ $(id -u) == 0 && $(distribution) == debian ]] && command -v apt-get > /dev/null; }

# Packages are looked up anew only when one of them is about to be installed.
apt_install() {
    echo "installing $* …"
    apt-get update -qq > /dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

dotnet_advice() {
    case $(distribution) in
        debian)
            if apt-cache show dotnet-sdk-10.0 > /dev/null 2>&1; then
                echo "  sudo apt-get update && sudo apt-get install -y dotnet-sdk-10.0"
            else
                echo "  follow https://learn.microsoft.com/dotnet/core/install/linux-debian, then: sudo apt-get install -y dotnet-sdk-10.0"
            fi
            ;;
        fedora) echo "  sudo dnf install dotnet-sdk-10.0" ;;
        alpine) echo "  sudo apk add dotnet10-sdk bash" ;;
        arch) echo "  sudo pacman -S dotnet-sdk aspnet-runtime" ;;
        *) echo "  https://dotnet.microsoft.com/download/dotnet/10.0" ;;
    esac
}

apt_node_major() { apt-cache policy nodejs 2> /dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9]*\).*/\2/p'; }

node_advice() {
    case $(distribution) in
        debian)
            local candidate
            candidate=$(apt_node_major)
            if ((${candidate:-0} >= 20)); then
                echo "  sudo apt-get update && sudo apt-get install -y nodejs npm"
            else
                echo "  Node 22 from https://nodejs.org/en/download (this distribution's own is ${candidate:-not known to apt})"
            fi
            ;;
        fedora) echo "  sudo dnf install nodejs npm" ;;
        alpine) echo "  sudo apk add nodejs npm" ;;
        arch) echo "  sudo pacman -S nodejs npm" ;;
        *) echo "  Node 22 from https://nodejs.org/en/download" ;;
    esac
}

node_major() { node --version 2> /dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

has_node() { (($(node_major || true) + 0 >= 20)) && command -v npm > /dev/null; }

require_dotnet() {
    local sdks
    sdks=$(dotnet --list-sdks 2> /dev/null || true)
    if ! grep -q '^10\.' <<< "$sdks"; then
        fail "The .NET SDK 10 is needed and was not found. Install it:" "$(dotnet_advice)"
    fi
}

require_node() {
    if has_node; then
        return
    fi
    if is_root_on_debian && ! command -v node > /dev/null; then
        apt-get update -qq > /dev/null || true
        if (($(apt_node_major) + 0 >= 20)); then
            # From some sources nodejs brings npm with it, from others npm is a package of its own.
            apt_install nodejs || true
            command -v npm > /dev/null || apt_install npm || true
            if has_node; then
                return
            fi
        fi
    fi
    local found="was not found"
    if command -v node > /dev/null; then
        found="is $(node --version 2> /dev/null || echo broken)"
        command -v npm > /dev/null || found+=", without npm"
    fi
    fail "Node 20 or newer with npm is needed; the one here $found. Install it:" "$(node_advice)"
}

# Silent when it succeeds; otherwise the errors, and the end. No build server outlives the command that started it.
build() {
    local output
    output=$(dotnet build "$@" -nodeReuse:false -p:UseSharedCompilation=false -v quiet -clp:NoSummary --tl:off 2>&1) ||
        fail "$output" "The build failed."
}
