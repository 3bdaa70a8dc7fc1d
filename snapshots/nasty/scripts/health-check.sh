#!/usr/bin/env bash
# Says whether the stack is well: every container runs and is healthy, and every
# service with a route reports that its stores answer. It changes
# nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/http.sh
. scripts/lib/http.sh

containers=$(compose ps --all --format '{{.Service}} {{.Name}} {{.State}} {{.ExitCode}} {{.Health}}')
[[ -n $containers ]] || die 'there is no container'
while read -r service name state code health; do
  case $service:$state in
  migrate-*:exited) check "$name ended with $code" test "$code" = 0 ;;
  *) check "$name is $state${health:+, $health}" test "$state:${health:-healthy}" = running:healthy ;;
  esac
done <<<"$containers"

# Asked from inside, because nginx does not publish it.
ready() { in_service nginx curl --silent --show-error --fail --output /dev/null --max-time 5 "http://$(compose_name "${1%:*}"):${1#*:}/ready"; }
check 'go is ready' ready go:1
check 'fastapi is ready' ready fastapi:8000
check 'node is ready' ready node:8080

checks_done
