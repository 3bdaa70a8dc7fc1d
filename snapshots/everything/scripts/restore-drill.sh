#!/usr/bin/env bash
# Proves that a backup, by default the newest, can be restored: it is read from
# the repository, loaded into scratch servers beside the ones in use, counted and
# queried. Nothing in use is touched.
# usage: scripts/restore-drill.sh [SNAPSHOT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

snapshot=${1:-latest}
make_work_folder
fetch "$snapshot"
proven=
for store in $(stores_in "$work"); do
  script=$(store_script "$store")
  "$script" check "$work" || die "$store cannot be read from $snapshot"
  "$script" drill "$work" || die "$store of $snapshot does not hold what was backed up"
  proven+=" $store"
done
[[ -n $proven ]] || die "$snapshot holds no store"
scripts/wal.d/postgres.sh drill || die "the WAL of postgres cannot be replayed"
for file in .env secrets/backup_password; do
  [[ -s $work/machine/$file ]] || die "$snapshot lacks $file of the machine"
done
note last-drill "$snapshot"
log "drill passed:$proven and this machine can be restored from $snapshot"
