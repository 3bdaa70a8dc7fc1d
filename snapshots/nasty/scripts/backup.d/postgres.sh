#!/usr/bin/env bash
# postgres: dump FOLDER, check FOLDER, restore FOLDER. The server's own
# image does the work, so the versions of tools and server are one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

file=$2/postgres.dump
server() { compose exec -T postgres "$@"; }
sql() { server psql --username postgres --dbname "${1:-postgres}" --quiet --no-align --tuples-only --set ON_ERROR_STOP=1; }

dump() { server pg_dump --username postgres --format custom app </dev/null >"$file"; }

# Reads to the end: a list of the contents would not notice a missing half.
check() { server pg_restore --file /dev/null <"$file"; }

restore() {
  local old
  old=app_before_$(date -u +%Y%m%d_%H%M%S)
  sql <<'SQL'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS app_restore WITH (FORCE);
CREATE DATABASE app_restore OWNER app TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE app_restore FROM PUBLIC;
SQL
  if ! server pg_restore --username postgres --dbname app_restore --exit-on-error <"$file"; then
    echo 'DROP DATABASE app_restore WITH (FORCE);' | sql
    die "postgres could not be loaded; the data in use was not touched"
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
  log "  docker compose exec postgres dropdb --username postgres $old"
}

case $1 in
dump | check | restore) "$1" ;;
*) die "usage: $0 dump|check|restore FOLDER" 2 ;;
esac
