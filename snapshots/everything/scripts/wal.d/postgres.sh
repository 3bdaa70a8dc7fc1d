#!/usr/bin/env bash
# Every change of postgres, so that it can be put back to any moment:
#   base               a copy of all its files, from which changes can be replayed
#   push               the archived changes (WAL) to the repository
#   at MOMENT FOLDER   a dump of what it held then, or at the `end` of the WAL
#   drill | status     proves that it works | says whether it does
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh
# shellcheck source=scripts/lib/postgres-recovery.sh
. scripts/lib/postgres-recovery.sh

# How far back. scripts/backup-retention.sh keeps a day more in the repository.
DAYS=7
# Apart from backups, of which `restic snapshots` would show few among these.
journal=$owner-postgres-wal

server() { compose exec -T postgres "$@"; }
sql() { server psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --username postgres "$@"; }

# WAL fits the files of one database cluster; that of a new machine is another one.
cluster() { sql <<<'SELECT system_identifier FROM pg_control_system()'; }

# utc MOMENT: in one form, as text that sorts. Without a zone it is UTC.
utc() { sql --set moment="$1" <<<"SELECT to_char(:'moment'::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"; }

# Base backups, oldest first: DATE TIME ID CLUSTER FIRST-SEGMENT. Each was complete
# by the time that it bears.
bases() {
  restic snapshots --host "$journal" --path /backup/base |
    sed -nE 's/^([0-9a-f]{8}) +([0-9-]{10} [0-9:]{8}) +[^ ]+ +([0-9]+)\.([0-9A-F]{24}) .*/\2 \1 \3 \4/p' | sort
}

# Brings all changes until now into the archive. The empty transaction is for a
# recovery, which finds a moment by what was committed after it.
archive_all() {
  local last
  last=$(sql <<'SQL'
SELECT pg_logical_emit_message(true, 'backup', '') AS mark \gset
SELECT pg_walfile_name(pg_switch_wal());
SQL
) || return 1
  wait_for "the archive of postgres" in_service postgres test -e "/archive/$last.gz"
}

# Whether WAL of this cluster is kept: stores/postgres/archive.sh asks the same.
is_open() { [[ $(in_service postgres cat /archive/.cluster 2>/dev/null) == "$1" ]]; }

# A new volume is root's; what another cluster left in an old one is in the repository.
open_archive() {
  local id
  id=$(compose ps --quiet postgres)
  in_service postgres test -w /archive ||
    docker run --rm --user 0:0 --network none --cap-drop ALL --cap-add CHOWN --security-opt no-new-privileges \
      --volumes-from "$id" --entrypoint chown "$(docker inspect --format '{{.Image}}' "$id")" 999:999 /archive
  # shellcheck disable=SC2016 # expanded in the container
  is_open "$1" || in_service postgres sh -euc 'find /archive -type f -delete; echo "$1" >/archive/.cluster' sh "$1"
}

base() {
  local start cluster
  cluster=$(cluster)
  open_archive "$cluster"
  # It may read the files of the server from now on, and still write nothing.
  sql <<<'ALTER ROLE backup REPLICATION'
  archive_all || die "postgres archives no WAL, and without it a base backup is worth nothing: docker compose logs postgres"
  log "copying the files of postgres"
  mkdir "$work/base"
  # shellcheck disable=SC2016 # expanded in the container, where the secret is
  server sh -c 'PGPASSWORD=$(cat /run/secrets/postgres_backup_password) exec pg_basebackup --host 127.0.0.1 --username backup \
    --no-password --format tar --wal-method none --checkpoint fast --pgdata -' </dev/null >"$work/base/base.tar"
  # Reads to the end, too.
  start=$(tar -xOf "$work/base/base.tar" backup_label | sed -nE 's/^START WAL LOCATION: .*\(file ([0-9A-F]{24})\)$/\1/p')
  [[ -n $start ]] || die "the base backup of postgres does not say where it begins"
  cat releases/.migrations >"$work/base/migrations" 2>/dev/null || true
  restic backup --quiet --retry-lock 10m --host "$journal" --tag "$cluster.$start" /backup/base >&2
  note last-postgres-base "$start"
  clean
  push
}

# Segments that are older than all that is needed for the last days go.
clean() {
  local limit first
  limit=$(sql <<<"SELECT to_char(now() AT TIME ZONE 'UTC' - interval '$DAYS days', 'YYYY-MM-DD HH24:MI:SS')")
  first=$(bases | awk -v cluster="$(cluster)" -v limit="$limit" '$4 == cluster && (first == "" || $1 " " $2 < limit) { first = $5 } END { print first }')
  [[ -n $first ]] || return 0
  in_service postgres pg_archivecleanup -x .gz /archive "$first"
  # What the server notes about base backups, and what a crash left.
  in_service postgres find /archive -type f '(' -name '*.backup.gz' -o -name '*.part' ')' -mtime "+$DAYS" -delete
}

push() {
  local cluster
  cluster=$(cluster)
  is_open "$cluster" || return 0
  restic backup --quiet --retry-lock 10m --skip-if-unchanged --host "$journal" --tag "$cluster" --exclude '*.part' /wal/postgres >&2
  note last-postgres-wal pushed
}

status() {
  local said cluster state=ok when=0
  if [[ ! -s backups/last-postgres-base ]]; then
    said='no base backup yet: scripts/backup.sh makes one' state=NONE
  elif ! cluster=$(cluster 2>/dev/null) || ! is_open "$cluster"; then
    said='no server, or one that is not the one of the base backup: scripts/backup.sh makes a new one' state='NOT KEPT'
  else
    said=$(sql <<'SQL'
SELECT CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN 'FAILING'
            WHEN oldest < now() - interval '5 minutes' THEN 'BEHIND' ELSE 'ok' END
  || format(' %s segments wait, the last was archived %s ago', waiting, coalesce(date_trunc('second', now() - last_archived_time)::text, 'never'))
FROM pg_stat_archiver, (SELECT count(*) AS waiting, min(modification) AS oldest FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') AS queue;
SQL
) || said='BAD the server does not answer'
    state=${said%% *} said="${said#* }, $(in_service postgres sh -c 'du -sh /archive | cut -f 1; df --output=pcent /archive | tail -n 1' | xargs printf '%s on a disk that is %s full')"
    [[ $state != ok || ! $said =~ (9[0-9]|100)%\ full$ ]] || state=FULL
    [[ ! -s backups/last-postgres-wal ]] || read -r when _ <backups/last-postgres-wal
    said+=", pushed $((($(date +%s) - when) / 60)) min ago"
    [[ $state != ok ]] || (($(date +%s) - when < 1800)) || state='TOO OLD'
  fi
  printf '%-12s %-8s %s\n' 'postgres WAL' "$state" "$said"
  [[ $state == ok ]]
}

make_work_folder
case ${1-} in
base | push | at | drill | status) "$@" ;;
*) die "usage: $0 base|push|at MOMENT FOLDER|drill|status" 2 ;;
esac
