#!/usr/bin/env bash
# Says how old the newest backup and its last proof are; exits with 1 when one of
# them is too old. Monitoring may call it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

bad=0
# age NAME HOURS: how long ago the last one succeeded.
age() {
  local when snapshot hours
  if [[ ! -s backups/last-$1 ]]; then
    bad=1
    printf '%-12s NONE     %s has not succeeded on this machine yet\n' "$1" "$3"
    return
  fi
  read -r when snapshot <"backups/last-$1"
  hours=$((($(date +%s) - when) / 3600))
  if ((hours < $2)); then
    printf '%-12s ok       %s h ago, %s\n' "$1" "$hours" "$snapshot"
  else
    bad=1
    printf '%-12s TOO OLD  %s h ago, %s; wanted every %s h\n' "$1" "$hours" "$snapshot" "$2"
  fi
}

age backup 26 scripts/backup.sh
age drill 192 scripts/restore-drill.sh
scripts/wal.d/postgres.sh status || bad=1
! repository_is_here || printf '%-12s note     %s is on this machine, and is lost with it\n' repository "$repository"
[[ -x scripts/backup.d/postgres.sh ]] || printf '%-12s note     is not backed up: there is no scripts/backup.d/postgres.sh\n' postgres
[[ -x scripts/backup.d/reports.sh ]] || printf '%-12s note     is not backed up: there is no scripts/backup.d/reports.sh\n' reports
[[ -x scripts/backup.d/redis.sh ]] || printf '%-12s note     is not backed up: there is no scripts/backup.d/redis.sh\n' redis
[[ -x scripts/backup.d/cache.sh ]] || printf '%-12s note     is not backed up: there is no scripts/backup.d/cache.sh\n' cache
exit "$bad"
