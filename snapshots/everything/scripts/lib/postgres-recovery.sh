# shellcheck shell=bash disable=SC2154 # $work and $repository are those of backup.sh, $journal is that of the script
# postgres as it was at a moment, on a scratch server beside the one in use.
# Sourced by scripts/wal.d/postgres.sh, whose functions it needs.

# stored SNAPSHOT PATH [OPTION...]: a file, or a folder as tar.
stored() { restic dump --quiet --retry-lock 10m --host "$journal" "${@:3}" "$1" "$2"; }

# recover MOMENT BASE [repository]: a scratch server that has replayed the WAL until
# then. Nothing in use is touched.
recover() {
  local moment=$1 date time id cluster first mine wal=/archive options=() target='' ended
  read -r date time id cluster first <<<"$2"
  log "postgres: base backup $id of $date $time UTC, and the WAL after it"
  mine=$(compose ps --quiet postgres)
  # Most mistakes are noticed on the machine that has the WAL at hand.
  if [[ -z ${3-} && $cluster == "$(cluster)" ]] && in_service postgres test -e "/archive/$first.gz"; then
    options=(--volume "$(docker inspect --format '{{range .Mounts}}{{if eq .Destination "/archive"}}{{.Name}}{{end}}{{end}}' "$mine"):/archive:ro")
  else
    wal=/tmp/wal
  fi
  scratch=$(project_name)-postgres-moment
  docker rm --force --volumes "$scratch" >/dev/null 2>&1 || true
  trap 'docker rm --force --volumes "$scratch" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
  docker run --detach --init --name "$scratch" --network none --memory 512m --cpus 1 --pids-limit 200 --cap-drop ALL \
    --security-opt no-new-privileges --user 999:999 ${options[@]+"${options[@]}"} --entrypoint sleep \
    "$(docker inspect --format '{{.Image}}' "$mine")" infinity >/dev/null
  # shellcheck disable=SC2016 # expanded in the container
  stored "$id" /backup/base/base.tar |
    docker exec --interactive "$scratch" sh -euc 'mkdir -p "$PGDATA"; chmod 0700 "$PGDATA"; tar -xC "$PGDATA"; pg_verifybackup --quiet --no-parse-wal "$PGDATA"' >&2 ||
    die "the base backup $id cannot be read from $repository, or is damaged; nothing was changed"
  [[ $wal == /archive ]] || stored latest:/wal/postgres / --path /wal/postgres --tag "$cluster" |
    docker exec --interactive "$scratch" sh -euc 'mkdir "$1"; tar -xC "$1"' sh "$wal" ||
    die "the WAL of postgres cannot be read from $repository; nothing was changed"

  [[ $moment == end ]] || target="recovery_target_time = '$moment+00'"
  # shellcheck disable=SC2016 # expanded in the container
  docker exec --interactive "$scratch" sh -euc 'cat >>"$PGDATA/postgresql.auto.conf" && touch "$PGDATA/recovery.signal" && pg_ctl start --silent --log /tmp/log' <<CONF >&2 || true
archive_mode = off
listen_addresses = ''
hot_standby = off
restore_command = 'gzip -dc "$wal/%f.gz" >"%p"'
$target
recovery_target_action = promote
CONF
  until docker exec "$scratch" pg_isready --quiet; do
    docker exec "$scratch" pg_ctl status >/dev/null 2>&1 || {
      ended=$(docker exec "$scratch" sed -n 's/.* last completed transaction was at log time //p' /tmp/log | tail -n 1)
      docker exec "$scratch" grep -q 'recovery ended before configured recovery target' /tmp/log ||
        { docker exec "$scratch" tail -n 20 /tmp/log >&2 && die "postgres could not be recovered; nothing was changed"; }
      die "the WAL of postgres ends${ended:+ at $ended,} before $moment UTC: \`--at end\` goes as far as it goes; nothing was changed"
    }
    sleep 1
  done
}

# moment_of MOMENT: as `utc`, if it can be meant.
moment_of() {
  local moment
  [[ $1 != end ]] || { echo end && return; }
  moment=$(utc "$1" 2>/dev/null) || moment=
  [[ $moment == [0-9]*-*:* ]] || die "not a moment: $1; write it like '$(date -u '+%Y-%m-%d %H:%M:%S')+00'" 2
  [[ $moment < $(utc now) ]] || die "$moment UTC has not come yet; nothing was changed"
  echo "$moment"
}

at() {
  local moment all found
  in_service postgres pg_isready --quiet || die "postgres does not run; nothing was changed"
  moment=$(moment_of "$1")
  all=$(bases)
  [[ -n $all ]] || die "there is no base backup of postgres in $repository; nothing was changed"
  found=$(awk -v moment="$moment" 'moment == "end" || $1 " " $2 <= moment { found = $0 } END { print found }' <<<"$all")
  [[ -n $found ]] || die "$moment UTC is before the oldest base backup of postgres, of $(cut -c1-19 <<<"${all%%$'\n'*}"); nothing was changed"
  [[ $(cut -d ' ' -f 4 <<<"$found") != "$(cluster)" ]] || archive_all ||
    warn 'the newest changes are not in the archive: only moments before them can be reached'
  recover "$moment" "$found"
  docker exec "$scratch" pg_dump --username postgres --format custom --compress 0 app >"$2/postgres.dump"
  # The migrations that had run by the base backup, for the next deploy.
  [[ -e releases/.migrations ]] || return 0
  mkdir -p "$2/machine/releases"
  stored "$(cut -d ' ' -f 3 <<<"$found")" /backup/base/migrations | awk -F '\t' '$1 == "postgres"' >>"$2/machine/releases/.migrations" ||
    die "the migrations of that base backup cannot be read from $repository; nothing was changed"
}

# What a new machine would have: the newest base backup and WAL of the repository.
drill() {
  local now newest
  newest=$(bases | tail -n 1)
  [[ -n $newest ]] || die "there is no base backup of postgres in $repository"
  now=$(utc now)
  archive_all || die 'the newest changes are not in the archive'
  push
  recover "$now" "$newest" repository
  log "postgres: the WAL in the repository replays to $now UTC, $(docker exec "$scratch" psql --username postgres --dbname app \
    --no-align --tuples-only --command "SELECT count(*) || ' tables' FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")"
}
