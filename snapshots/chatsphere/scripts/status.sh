#!/usr/bin/env bash
# Says what serves on this server and how it is; exits with 1 when something of
# it wants somebody. It changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/release.sh
. scripts/lib/release.sh

bad=0
tell() {
  printf '%-12s %-8s %s\n' "$1" "$2" "$3"
  [[ $2 == ok || $2 == note ]] || bad=1
}

active=$(active_release)
[[ -n $active ]] || die 'no release is active: docs/deploy.md says how the first one gets here'
tell release ok "$active, as $(colour_of "$active")"

last=$(tail -n 1 deployments.log 2>/dev/null || true)
case $last in
'') ;;
*' FAILED '*) tell 'last try' FAILED "$last" ;;
*) tell 'last try' ok "$last" ;;
esac
if [[ -e releases/.at-work ]]; then
  if flock --nonblock .deploy.lock true; then
    tell 'cut short' FAILED "$(<releases/.at-work): the next deploy or rollback puts it right"
  else
    tell 'at work' note "$(<releases/.at-work)"
  fi
fi

if health=$(scripts/health-check.sh 2>&1); then
  tell health ok "$(tail -n 1 <<<"$health")"
else
  tell health BAD "$(tail -n 1 <<<"$health")"
  grep -v '^ok ' <<<"$health" | sed '$d; s/^/             /'
fi
scripts/certificate-status.sh || bad=1
scripts/backup-status.sh || bad=1
exit "$bad"
