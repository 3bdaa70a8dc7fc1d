#!/usr/bin/env bash
# Runs one command in the development image of a service, with the stores that it
# needs, apart from any stack that runs; everything is gone afterwards.
# usage: scripts/in-test.sh [--no-deps] SERVICE COMMAND...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

build=(build --with-dependencies)
run=(run --rm)
if [[ ${1-} == --no-deps ]]; then
  shift
  build=(build)
  run+=(--no-deps)
fi
(($# > 1)) || die 'usage: scripts/in-test.sh [--no-deps] SERVICE COMMAND...' 2

cleanup() { compose_test down --volumes --remove-orphans >/dev/null 2>&1 || true; }
trap cleanup EXIT

# Quiet when it works; when it does not, once more with everything that it says.
compose_test --progress quiet "${build[@]}" "$1" 2>/dev/null || compose_test --progress plain "${build[@]}" "$1"
compose_test --progress quiet "${run[@]}" "$@"
