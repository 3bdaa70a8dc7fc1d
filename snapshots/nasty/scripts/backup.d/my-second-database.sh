#!/usr/bin/env bash
# my-second-database: dump FOLDER, check FOLDER, restore FOLDER, drill FOLDER. The
# server's own image does the work, so tools and server are of one version.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

file=$2/my-second-database.dump
rows=$2/my-second-database.rows
server() { compose exec -T my-second-database "$@"; }
PSQL=(--no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1)
sql() { server psql "${PSQL[@]}" --username postgres --dbname "${1:-postgres}"; }

# How many rows each table has, a line for each.
COUNT="SELECT format('SELECT %L || count(*) FROM %I.%I', schemaname || '.' || tablename || ' ', schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \\gexec"

# Dump and counts see one and the same moment, whatever is written meanwhile. The
# dump is not compressed: the repository does that, after it has found the parts
# that it already has.
dump() {
  local mark=/tmp/backup-$$
  # shellcheck disable=SC2016 # expanded in the container, where the secret is
  server sh -c 'umask 077; export PGHOST=127.0.0.1 PGUSER=backup PGDATABASE=app PGPASSWORD="$(cat /run/secrets/my_second_database_backup_password)"; exec "$@"' sh \
    psql "${PSQL[@]}" --output "$mark.rows" <<SQL >"$file"
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS moment \\gset
\\setenv MOMENT :moment
\\! pg_dump --format custom --compress 0 --snapshot "\$MOMENT" || touch $mark.failed
$COUNT
SQL
  # shellcheck disable=SC2016 # expanded in the container
  server sh -c 'cat "$1.rows" && rm "$1.rows" && ! rm "$1.failed" 2>/dev/null' sh "$mark" </dev/null >"$rows"
}

# Reads to the end: a list of the contents would not notice a missing half.
check() { server pg_restore --file /dev/null <"$file"; }

restore() {
  local old
  old=app_before_$(date -u +%Y%m%d_%H%M%S)
  sql <<'SQL'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS app_restore WITH (FORCE);
CREATE DATABASE app_restore OWNER migrator TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE app_restore FROM PUBLIC;
GRANT CONNECT ON DATABASE app_restore TO app, backup, monitor;
SQL
  if ! server pg_restore --username postgres --dbname app_restore --exit-on-error <"$file"; then
    echo 'DROP DATABASE app_restore WITH (FORCE);' | sql
    die "my-second-database could not be loaded; the data in use was not touched"
  fi
  echo 'ANALYZE;' | sql app_restore

  # A database can be renamed when nobody is connected; clients come back by themselves.
  sql >/dev/null <<SQL || { echo 'ALTER DATABASE app ALLOW_CONNECTIONS true;' | sql; die "the data in use was not touched"; }
ALTER DATABASE app ALLOW_CONNECTIONS false;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'app';
BEGIN;
ALTER DATABASE app RENAME TO $old;
ALTER DATABASE app_restore RENAME TO app;
COMMIT;
SQL
  log "what was there before is the database $old; when it is not needed any more:"
  log "  docker compose exec my-second-database dropdb --username postgres $old"
}

# A scratch server with the image of the one in use, cut off from everything.
drill() {
  scratch=$(project_name)-my-second-database-drill
  docker rm --force --volumes "$scratch" >/dev/null 2>&1 || true
  trap 'docker rm --force --volumes "$scratch" >/dev/null 2>&1 || true' EXIT
  docker run --detach --name "$scratch" --network none --memory 512m --cpus 1 --pids-limit 200 --cap-drop ALL \
    --security-opt no-new-privileges --user 999:999 --env POSTGRES_HOST_AUTH_METHOD=trust \
    "$(docker inspect --format '{{.Image}}' "$(compose ps --quiet my-second-database)")" >/dev/null
  WAIT_SECONDS=120 wait_for "scratch server of my-second-database" docker exec "$scratch" pg_isready --quiet --host 127.0.0.1
  docker exec --interactive "$scratch" pg_restore --username postgres --dbname postgres --no-owner --no-privileges --exit-on-error <"$file"
  docker exec --interactive "$scratch" psql "${PSQL[@]}" --username postgres <<<"$COUNT" >"$rows.loaded"
  diff "$rows" "$rows.loaded" >&2 || die "my-second-database: the tables do not hold the rows that were counted for the backup"
  [[ -s $rows ]] || die "my-second-database: there is no table in the backup"
  log "my-second-database: $(wc -l <"$rows") tables with $(awk '{ sum += $2 } END { print sum + 0 }' "$rows") rows, as when they were backed up"
}

case $1 in
dump | check | restore | drill) "$1" ;;
*) die "usage: $0 dump|check|restore|drill FOLDER" 2 ;;
esac
