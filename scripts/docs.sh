#!/usr/bin/env bash
# Writes the documents that are generated from tables. With a folder as argument, writes them there instead of docs/.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-docs}
ttile=${TTILE:-build/ttile}
mkdir -p "$out"
"$ttile" passes --markdown >"$out/passes.md"
"$ttile" explain --all --markdown >"$out/diagnostics.md"
"$ttile" language --markdown >"$out/language.md"
