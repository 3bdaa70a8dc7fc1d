#!/usr/bin/env bash
# Puts a backup back: scripts/restore.sh BACKUP|latest [STORE...]
# The backup is loaded beside the data in use. Only when all of it has loaded
# does it take the place of the old data, and the old data is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

name=${1-}
[[ $name != latest ]] || name=$(backups | tail -n 1)
if [[ -z $name || ! -d backups/$name ]]; then
  log "usage: scripts/restore.sh BACKUP|latest [STORE...]"
  log "there are: $(backups | tr '\n' ' ')"
  exit 2
fi
shift
if (($# == 0)); then
  for store in scripts/backup.d/*.sh; do
    set -- "$@" "$(basename "$store" .sh)"
  done
fi

(cd "backups/$name" && sha256 --check SHA256SUMS >/dev/null) || die "backups/$name is damaged; nothing was changed"
for store in "$@"; do
  [[ -x scripts/backup.d/$store.sh ]] || die "there is no store $store" 2
  "scripts/backup.d/$store.sh" check "backups/$name" || die "$store cannot be read; nothing was changed"
done
for store in "$@"; do
  log "restoring $store from $name"
  "scripts/backup.d/$store.sh" restore "backups/$name"
done
