#!/usr/bin/env bash
# Activates the release before the active one, or the one named, by the same
# switch as a deploy: scripts/rollback.sh [ID]. The schema of a database stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/release.sh
. scripts/lib/release.sh
# shellcheck source=scripts/lib/colours.sh
. scripts/lib/colours.sh
# shellcheck source=scripts/lib/rollout.sh
. scripts/lib/rollout.sh
# shellcheck source=scripts/lib/migrations.sh
. scripts/lib/migrations.sh

take_lock
recover
active=$(active_release)
[[ -n $active ]] || die "no release is active"
id=${1:-$(served_releases | awk -v active="$active" '$0 != active' | tail -n 1)}
[[ -n $id ]] || die "there is no release before $active"
check_release "$id"
[[ -e releases/$id/.served ]] || die "$id has never served: deploy it instead"
check_schema "$id"

step "from $active to $id"
begin "rollback $id"
if ! start_missing_stores "$id" || ! roll_out "$id" "$DRAIN_SECONDS"; then
  record rollback "$id" FAILED
  end
  die "$id does not run: see above; $active serves as before"
fi
[[ $id == "$active" ]] || touch "releases/$active/.left"
record rollback "$id" ok
end
step "$id is active, $active is not gone back to again unless it is named"
