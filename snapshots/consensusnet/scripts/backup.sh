#!/usr/bin/env bash
# Backs up every store into backups/<time>/, or leaves nothing there: each file
# is read back before the folder gets its name. scripts/restore.sh reads it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh
umask 077

KEEP_DAILY=7

# The newest backup of each of the last days that have one, and all of today.
prune() {
  local name day last='' days=0 today
  today=$(date -u +%Y%m%d)
  for name in $(backups | sort -r); do
    day=${name%T*}
    if [[ $day != "$last" ]]; then
      last=$day
      days=$((days + 1))
      ((days > KEEP_DAILY)) || continue
    elif [[ $day == "$today" ]]; then
      continue
    fi
    rm -rf "backups/$name"
  done
}

mkdir -p backups
find backups -maxdepth 1 -name '.partial-*' -mtime +0 -exec rm -rf {} +
partial=$(mktemp -d backups/.partial-XXXXXX)
trap 'rm -rf "$partial"' EXIT

printf 'release %s\n' "$(setting RELEASE none)" >"$partial/about"
saved=0
for store in scripts/backup.d/*.sh; do
  [[ -x $store ]] || continue
  log "backing up $(basename "$store" .sh)"
  "$store" dump "$partial"
  "$store" check "$partial"
  saved=$((saved + 1))
done
# An empty backup would look like a good one until the day it is needed.
((saved > 0)) || die 'there is nothing to back up: scripts/backup.d/ has a file for no store'
(cd "$partial" && sha256 ./* >SHA256SUMS)

name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$partial" "backups/$name"
prune
log "backups/$name, $(du -sh "backups/$name" | cut -f1)"
