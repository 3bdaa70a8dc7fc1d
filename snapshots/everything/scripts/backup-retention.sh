#!/usr/bin/env bash
# Removes old backups from the repository. backup.sh calls it.
# usage: scripts/backup-retention.sh [OWNER], by default the snapshots of this stack
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

make_work_folder
restic forget --quiet --prune --retry-lock 2m --host "${1:-$owner}" --group-by host,paths --keep-last 3 \
  --keep-daily 7 --keep-weekly 4 --keep-monthly 6 >&2

# Base backups and WAL of postgres: whatever may be needed to go seven days back.
restic forget --quiet --prune --retry-lock 2m --host "${1:-$owner}-postgres-wal" --group-by host,paths \
  --keep-last 3 --keep-within 2d --keep-within-daily 8d >&2
