#!/usr/bin/env bash
# The password of the backups, for scripts/rotate-secret.sh:
# owns NAME | begin NAME PASSWORD [SERVICE...] | finish NAME
# The repository takes both the old and the new one meanwhile, and opens old
# backups with either.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

# is_there: fails when there is no repository yet, and so nothing to open. Any other
# trouble ends this: with a new password alone the backups would be lost.
is_there() {
  local said code=0
  said=$(restic cat config 2>&1) || code=$?
  ((code != 10)) || return 1
  ((code == 0)) || die "$repository cannot be opened with secrets/backup_password: $said"
}

begin() {
  is_there || return 0
  printf '%s' "$1" >"$work/new"
  restic key add --quiet --new-password-file /backup/new >&2
}

finish() {
  local key
  is_there || return 0
  # The key that opened it has a star. What cannot be removed is said and left, for
  # credentials that may not delete are a choice.
  for key in $(restic key list | sed -n 's/^ \([0-9a-f]\{8,\}\) .*/\1/p'); do
    restic key remove --quiet "$key" >&2 ||
      warn "the old password still opens $repository: remove the key $key with credentials that may delete"
  done
  log 'keep the new secrets/backup_password where the team keeps its passwords'
}

[[ $1 != owns ]] || { [[ $2 == backup_password ]] && exit || exit 1; }
make_work_folder
case $1 in
begin) begin "$3" ;;
finish) finish ;;
*) die "usage: $0 owns|begin|finish NAME" 2 ;;
esac
