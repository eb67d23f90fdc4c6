#!/usr/bin/env bash
# Type-checks the kernels of every example and test kernel against the vendor's headers, which it fetches when they are
# not there. CTest has the checks in a configuration of their own, so that `make test` needs nothing of this.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/metalium/fetch.sh build/metalium
ctest --test-dir build -C Metalium -L metalium --no-tests=error --output-on-failure
