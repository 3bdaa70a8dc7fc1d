# shellcheck shell=bash disable=SC2016,SC2154 # scripts are quoted; $work, $repo, $project are those of tests/backups
# A database alone, whose WAL is archived: a mistake, moments that cannot be, an archive that fails, the loss of all of it.

export BACKUP_REPOSITORY=./backups/repository

finish_pitr() {
  [[ -d $repo ]] || return 0
  [[ $1 == 0 ]] || (cd "$repo" && docker compose logs --tail 20 postgres) >&2 || true
  docker rm --force --volumes "$project-postgres-moment" >/dev/null 2>&1 || true
  (cd "$repo" && docker compose down --volumes --remove-orphans --timeout 5) >&2 || true
}

in_repo() { (cd "$repo" && "$@"); }
said() { in_repo "$@" >"$work/said" 2>&1; }
server() { in_repo docker compose exec -T postgres "$@"; }
sql() { server psql --username postgres --dbname app --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --command "$1"; }
status() { in_repo scripts/wal.d/postgres.sh status; }
write() { sql "INSERT INTO notes VALUES ('$1')"; }
notes() { sql "SELECT string_agg(text, ' ' ORDER BY text) FROM notes"; }
# By the clock of the server, after all that was written before and before all that comes after.
now() { sql "SELECT pg_sleep(0.01); SELECT clock_timestamp(); SELECT pg_sleep(0.01)" | grep :; }
start() { in_repo docker compose up --detach --wait --no-deps postgres redis >&2; }
kept() { server ls /archive | sed -nE 's/^([0-9A-F]{24})\.gz$/\1/p' | grep .; }
# Ends a segment: its name.
segment() { sql "SELECT pg_logical_emit_message(true, 'test', '')" >/dev/null && sql 'SELECT pg_walfile_name(pg_switch_wal())'; }

# refused PATTERN MOMENT: in one clear line, and the data in use is as before.
refused() {
  local before
  before=$(notes)
  ! said scripts/restore.sh --at "$2" || return 1
  grep -Eq "^error: .*$1" "$work/said" || { cat "$work/said" && return 1; }
  [[ $before == "$(notes)" && $(sql "SELECT count(*) FROM pg_database WHERE datname LIKE 'app%'") == "${databases:-1}" ]]
}

mistake() {
  local before
  mkdir "$repo/releases"
  printf 'postgres\t1\t\n' >"$repo/releases/.migrations"
  check 'a backup' in_repo make backup
  check 'the status is good' status
  check 'the WAL that is in the repository can be replayed' in_repo make restore-drill
  write after-the-backup
  before=$(now)
  sql "DELETE FROM notes WHERE text = 'first'"
  write later
  printf 'postgres\t2\t\n' >>"$repo/releases/.migrations"
  check 'back to the moment before a mistake' in_repo scripts/restore.sh --at "$before"
  check 'what was deleted is there, and what came later is not' test "$(notes)" = 'after-the-backup first'
  check 'and what had been migrated by then' test "$(cut -f 2 "$repo/releases/.migrations")" = 1
  rm -r "$repo/releases"
  databases=2
  check 'what was in use was kept' test "$(sql "SELECT count(*) FROM pg_database WHERE datname LIKE 'app_before_%'")" = 1
}

out_of_range() {
  check 'a moment before the first backup is refused' refused 'before the oldest base backup' '2020-01-01 00:00:00+00'
  check 'one to come too' refused 'not come yet' tomorrow
  check 'and what is none' refused 'not a moment' 'half past nine'
  check 'a store without a log of changes says so' says 'redis keeps no log' in_repo scripts/restore.sh --at "$(now)" redis
}

archive_fails() {
  local moment one
  server chmod a-w /archive
  write unarchived
  moment=$(now)
  segment >/dev/null
  check 'an archive that cannot be written is seen' wait_until 30 says 'WAL +FAILING +[1-9]' status
  check 'by the exit code too' fails status
  check 'and by monitoring' fails in_repo scripts/backup-status.sh
  export WAIT_SECONDS=3
  check 'a moment after the end of the WAL is refused' refused 'the WAL of postgres ends' "$moment"
  check 'so is a base backup' fails said scripts/wal.d/postgres.sh base
  check 'with the reason' grep -q 'archives no WAL' "$work/said"
  unset WAIT_SECONDS
  server chmod u+w /archive
  # The server tries again every minute, and whenever there is more.
  segment >/dev/null
  check 'all of it is archived when it can be again' wait_until 90 status
  check 'and the moment can be reached' in_repo scripts/restore.sh --at "$moment"
  check 'with its rows' test "$(notes)" = 'after-the-backup first unarchived'
  databases=3

  one=$(kept | tail -n 1)
  check 'the same segment may come again' server sh -c 'cd "$PGDATA" && gzip -dc "/archive/$1.gz" >/tmp/again && sh /etc/postgresql/archive.sh /tmp/again "$1"' sh "$one"
  check 'another one of its name is refused' fails server sh -c 'cd "$PGDATA" && echo other >/tmp/again && sh /etc/postgresql/archive.sh /tmp/again "$1"' sh "$one"
  check 'nor does one pass whose files cannot be read' fails server sh /etc/postgresql/archive.sh /tmp/again "$one"
  check 'and what was there is whole' test "$(server gzip -dc "/archive/$one.gz" | wc -c)" = 16777216
}

retention() {
  local oldest first
  oldest=$(kept | head -n 1)
  check 'another base backup keeps the WAL that the first one needs' in_repo scripts/wal.d/postgres.sh base
  check 'all of it' test "$(kept | head -n 1)" = "$oldest"
  # As if the last of these backups were older than a week.
  first=$(cut -d ' ' -f 2 "$repo/backups/last-postgres-base")
  in_repo bash -euc '. scripts/lib/common.sh; . scripts/lib/backup.sh; make_work_folder; mkdir "$work/base"; touch "$work/base/old"
    restic backup --quiet --host "$owner-postgres-wal" --time "2020-01-01 00:00:00" --tag "$1.$2" /backup/base' \
    sh "$(sql 'SELECT system_identifier FROM pg_control_system()')" "$first"
  check 'a later one removes what only older ones need' in_repo scripts/wal.d/postgres.sh base
  check 'and nothing else' test "$(kept | head -n 1)" = "$first"
}

loss() {
  local last
  write at-the-end
  last=$(segment)
  check 'the last segment is archived' wait_until 90 server test -e "/archive/$last.gz"
  check 'and pushed' in_repo scripts/wal.d/postgres.sh push
  in_repo docker compose down --timeout 5 >&2
  docker volume rm "${project}_postgres-data" >&2
  start
  check 'the server is another one, with none of its data' fails notes
  check 'whose WAL is not mixed with the old one' says 'WAL +NOT KEPT' status
  check 'the repository brings all of it back' in_repo scripts/restore.sh --at end
  check 'as far as it was pushed' test "$(notes)" = 'after-the-backup at-the-end first unarchived'
  check 'and from a base backup on' in_repo scripts/wal.d/postgres.sh base
  check 'it has an archive of its own' status
  check 'no scratch server is left' test -z "$(docker ps --all --quiet --filter "name=$project-postgres-moment")"
}

part_pitr() {
  local step
  say 'a database'
  generate "$repo" ./backups/repository 'point_in_time: true'
  in_repo scripts/setup.sh >&2
  start
  sql 'SET ROLE migrator; CREATE TABLE notes (text text)'
  write first
  segment >/dev/null
  check 'before there is a backup no WAL is kept' fails kept
  for step in mistake out_of_range archive_fails retention loss; do
    say "$step"
    "$step"
  done
}
