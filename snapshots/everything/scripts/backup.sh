#!/usr/bin/env bash
# Backs up every store and what this machine has to itself (.env, secrets/, the
# active release), encrypted, into the repository that BACKUP_REPOSITORY names.
# Each file is read back before it goes there. scripts/restore.sh reads it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh

# Only until there is a first backup: later, a repository that is mistyped, moved
# or not mounted must not become a new, empty one.
open_repository() {
  local said
  [[ ! -e backups/last-backup ]] || return 0
  if said=$(restic init 2>&1); then
    log "made the repository $repository"
  elif [[ $said != *already* ]]; then
    log "$said"
    die "the repository $repository can be neither opened nor made"
  fi
}

STORES=(postgres reports redis cache)
saved='' left_out=''
dump_stores() {
  local store script
  for store in "${STORES[@]}"; do
    script=scripts/backup.d/$store.sh
    if [[ ! -x $script ]]; then
      left_out+=" $store"
      continue
    fi
    log "dumping $store"
    "$script" dump "$work"
    "$script" check "$work"
    saved+=" $store"
    printf 'store %s\n' "$store" >>"$work/about"
  done
}

# What a new machine needs besides: settings, secrets with the certificates, and
# the release that served.
copy_machine() {
  local active=none
  mkdir "$work/machine"
  # With their modes: containers of other users read them.
  cp -RPp .env secrets "$work/machine/"
  if [[ -s releases/.active ]]; then
    active=$(<releases/.active)
    mkdir "$work/machine/releases"
    # What serves, in which colour, and which migrations have run.
    cp -RPp "releases/$active" releases/.active "$work/machine/releases/"
    [[ ! -e releases/.migrations ]] || cp -p releases/.migrations "$work/machine/releases/"
    [[ ! -e deployments.log ]] || cp -p deployments.log "$work/machine/"
  fi
  printf 'release %s\n' "$active" >>"$work/about"
}

make_work_folder
[[ -f .env && -d secrets ]] || die 'there is nothing to back up: this machine is not set up'
open_repository
: >"$work/about"
dump_stores
# An empty backup would look like a good one until the day it is needed.
[[ -n $saved ]] || die 'there is nothing to back up: scripts/backup.d/ has a script for no store'
copy_machine

size=$(du -sh "$work" | cut -f1)
said=$(restic backup --retry-lock 2m --host "$owner" /backup) || {
  code=$?
  ((code != 10)) || log "hint: there were backups; if the repository has moved for good, rm backups/last-backup"
  die "the backup could not be written to $repository"
}
snapshot=$(sed -n 's/^snapshot \([0-9a-f]*\) saved$/\1/p' <<<"$said")
[[ -n $snapshot ]] || die "restic names no snapshot: $said"
note last-backup "$snapshot"
scripts/wal.d/postgres.sh base
log "backup $snapshot of$saved and this machine, $size, in $repository"
[[ -z $left_out ]] || warn "not backed up, for want of a script in scripts/backup.d/:$left_out"
scripts/backup-retention.sh
