#!/usr/bin/env bash
# The password of the backups, for scripts/rotate-secret.sh:
# owns NAME | begin NAME PASSWORD | finish NAME
# The repository takes both the old and the new one meanwhile, and old backups
# open with the new one too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

[[ $1 != owns ]] || { [[ $2 == backup_password ]] && exit || exit 1; }
# Before the first backup there is nothing to open.
[[ -e backups/last-backup ]] || exit 0
make_work_folder
case $1 in
begin)
  printf '%s' "$3" >"$work/new"
  restic key add --quiet --new-password-file /backup/new >&2
  ;;
finish)
  # All but the one that opened it, which is marked.
  restic key list | sed -n 's/^ \([0-9a-f]\{8,\}\) .*/\1/p' | while read -r key; do
    restic key remove --quiet "$key" >&2
  done
  log 'keep the new backup_password where the team keeps its passwords'
  ;;
*) die "usage: $0 owns|begin|finish NAME" 2 ;;
esac
