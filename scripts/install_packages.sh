#!/usr/bin/env bash
# Installs the Debian packages of scripts/packages.txt that are missing, for the purposes named: build, test, check.
# As root it runs apt-get; for anyone else it prints the command and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for purpose in "$@"; do
    while read -r package; do
        if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
            missing+=("$package")
        fi
    done < <(awk -v purpose="$purpose" '$1 == purpose { print $2 }' scripts/packages.txt)
done

# A tool that came from elsewhere serves as well as the package does.
needed=()
for package in "${missing[@]}"; do
    case "$package" in
    gcc | make | cmake | clang | clang-format | clang-tidy | python3 | pkg-config | jq)
        command -v "$package" >/dev/null || needed+=("$package")
        ;;
    python3-pip) python3 -m pip --version >/dev/null 2>&1 || needed+=("$package") ;;
    python3-venv) python3 -c 'import ensurepip' >/dev/null 2>&1 || needed+=("$package") ;;
    *) needed+=("$package") ;;
    esac
done
[ "${#needed[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "These packages are missing. Install them with:" >&2
    echo "    sudo apt-get install ${needed[*]}" >&2
    exit 1
fi
echo "Installing ${needed[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
