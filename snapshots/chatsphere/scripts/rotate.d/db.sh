#!/usr/bin/env bash
# Passwords of db, for scripts/rotate-secret.sh:
# owns NAME | begin NAME PASSWORD [SERVICE...] | finish NAME
#
# A role has one password. Until the containers that know the old one have been
# replaced, the server lets their very addresses in without it; it is on a network
# that nothing else is on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

server() { compose exec -T db "$@"; }
sql() { server psql --no-psqlrc --username postgres --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$@"; }

role() {
  case $1 in
  db_password) echo app ;;
  db_migrator_password) echo migrator ;;
  db_backup_password) echo backup ;;
  db_monitor_password) echo monitor ;;
  db_admin_password) echo postgres ;;
  *) return 1 ;;
  esac
}

# let_in <LINES: these come first, and those of before are gone.
let_in() {
  # shellcheck disable=SC2016 # expanded in the container
  server sh -euc '
    file=$PGDATA/pg_hba.conf
    { sed "s/$/ # rotation/"; sed "/ # rotation$/d" "$file"; } >"$file.new"
    cat "$file.new" >"$file"
    rm "$file.new"'
  sql --command 'SELECT pg_reload_conf()' >/dev/null
}

addresses() {
  local service id
  for service in "$@"; do
    # On a server a service is there in two colours.
    for id in $(docker ps --filter "label=com.docker.compose.project=$(project_name)" \
      --format '{{.ID}} {{.Label "com.docker.compose.service"}}' | sed -nE "s/^(.*) $service(-blue|-green)?$/\\1/p"); do
      docker inspect --format "{{with index .NetworkSettings.Networks \"$(project_name)_data\"}}{{.IPAddress}}{{end}}" "$id"
    done
  done
}

# The password travels on standard input: `ps` shows none.
set_password() { printf "\\set password '%s'\nALTER ROLE %s PASSWORD :'password';\n" "$2" "$1" | sql; }

case $1 in
owns) role "$2" >/dev/null ;;
begin)
  (($# == 3)) || addresses "${@:4}" | sed "s|.*|host app $(role "$2") &/32 trust|" | let_in
  set_password "$(role "$2")" "$3"
  ;;
finish)
  set_password "$(role "$2")" "$(<"secrets/$2")"
  let_in </dev/null
  ;;
*) die "usage: $0 owns|begin|finish NAME" 2 ;;
esac
