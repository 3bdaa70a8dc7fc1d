#!/usr/bin/env bash
# Activates the release before the active one, or the one named:
# scripts/rollback.sh [ID]. The schema of a database stays as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/release.sh
. scripts/lib/release.sh

take_lock
active=$(active_release)
id=${1-}
if [[ -z $id ]]; then
  if [[ $(setting RELEASE) != "$active" ]]; then
    id=$active # a deploy was cut short
  else
    id=$(served_releases | awk -v active="$active" '$0 < active' | tail -n 1)
  fi
fi
[[ -n $id ]] || die "there is no release before ${active:-the first}"
check_release "$id"
[[ -e releases/$id/.served ]] || die "$id has never served: deploy it instead"

step "from $(setting RELEASE) to $id"
activate "$id"
if ! switch_to "$id"; then
  explain_failure
  record rollback "$id" FAILED
  die "$id does not run: see above"
fi
mark_active "$id"
record rollback "$id" ok
step "$id is active"
