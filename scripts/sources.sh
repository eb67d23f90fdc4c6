#!/usr/bin/env bash
# The C files that clang-format keeps in shape. Tables (*.def) are laid out by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard '*.c' '*.h'
