#!/usr/bin/env bash
# Puts data back: scripts/restore.sh SNAPSHOT|latest [STORE...]
# or what some stores held at a moment: scripts/restore.sh --at MOMENT|end [STORE...]
# It is loaded beside the data in use. Only when all of it has loaded does it
# take the place of the old data, and the old data is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

# Those that keep a log of every change.
MOMENTS=(postgres)

make_work_folder
if (($# == 0)); then
  log 'usage: scripts/restore.sh SNAPSHOT|latest [STORE...]'
  log "       scripts/restore.sh --at 'YYYY-MM-DD HH:MM:SS+00'|end [STORE...], of ${MOMENTS[*]}"
  restic snapshots --host "$owner" >&2
  exit 2
fi
snapshot=$1
shift

if [[ $snapshot == --at ]]; then
  (($# > 0)) || die "usage: scripts/restore.sh --at 'YYYY-MM-DD HH:MM:SS+00'|end [STORE...]" 2
  snapshot=$1
  shift
  (($# > 0)) || set -- "${MOMENTS[@]}"
  for store in "$@"; do
    [[ " ${MOMENTS[*]} " == *" $store "* ]] || die "$store keeps no log of its changes: it can be put back to a backup alone" 2
  done
  for store in "$@"; do
    "scripts/wal.d/$store.sh" at "$snapshot" "$work"
  done
else
  log "reading $snapshot from $repository"
  fetch "$snapshot"
fi
if (($# == 0)); then
  # shellcheck disable=SC2046 # one word each
  set -- $(stores_in "$work")
  (($# > 0)) || die "$snapshot holds no store"
fi
for store in "$@"; do
  script=$(store_script "$store")
  "$script" check "$work" || die "$store cannot be read from $snapshot; nothing was changed"
done
for store in "$@"; do
  log "restoring $store"
  "scripts/backup.d/$store.sh" restore "$work"
done

# What the next deploy has to migrate is seen by the schema that there is now.
if [[ -e releases/.migrations && -e $work/machine/releases/.migrations ]]; then
  # shellcheck source=scripts/lib/release.sh
  . scripts/lib/release.sh
  # shellcheck source=scripts/lib/migrations.sh
  . scripts/lib/migrations.sh
  for store in "$@"; do
    case $store in
    postgres) restored postgres "$work/machine/releases/.migrations" ;;
    reports) restored reports "$work/machine/releases/.migrations" ;;
    esac
  done
  active=$(active_release)
  if [[ -n $active ]] && migration_pending "$active"; then
    log "the schema is older than $active, which serves: scripts/deploy.sh $active migrates it"
  fi
fi
