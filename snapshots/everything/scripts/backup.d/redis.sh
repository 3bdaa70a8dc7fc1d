#!/usr/bin/env bash
# redis: dump FOLDER, check FOLDER, restore FOLDER, drill FOLDER.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

file=$2/redis.rdb
beside=$(project_name)-redis-restore
server() { compose exec -T redis "$@"; }
# shellcheck disable=SC2016 # expanded in the container, where the secret is
cli() { server sh -c 'REDISCLI_AUTH=$(cat /run/secrets/redis_password) exec redis-cli "$@"' sh "$@" </dev/null | tr -d '\r'; }
info() { cli info "$1" | sed -n "s/^$2://p"; }

snapshot() {
  local saves
  saves=$(info persistence rdb_saves)
  cli bgsave schedule >/dev/null
  wait_for "snapshot of redis" saved_since "$saves"
}
saved_since() { [[ $(info persistence rdb_saves) -gt $1 && $(info persistence rdb_last_bgsave_status) == ok ]]; }

dump() {
  snapshot
  server cat /data/dump.rdb </dev/null >"$file"
}

check() { compose run --rm --no-deps -T redis redis-check-rdb /dev/stdin <"$file" >/dev/null; }

# A second server loads the file; only then does the first become its replica
# for a moment, which replaces everything at once.
restore() {
  local kept
  kept=before-restore-$(date -u +%Y%m%dT%H%M%SZ).rdb
  snapshot
  # shellcheck disable=SC2016 # expanded in the container
  server sh -c 'cp /data/dump.rdb "/data/$1" && mkdir -p /data/restore && cat >/data/restore/dump.rdb' sh "$kept" <"$file"

  docker rm --force "$beside" >/dev/null 2>&1 || true
  trap 'docker rm --force "$beside" >/dev/null 2>&1 || true' EXIT
  # shellcheck disable=SC2016 # expanded in the container
  compose run --detach --no-deps --name "$beside" redis sh -c 'exec redis-server --dir /data/restore --appendonly no --save "" - <<EOF
requirepass $(cat /run/secrets/redis_password)
EOF' >/dev/null
  wait_for "loading redis beside" loaded_beside || die "redis could not be loaded; the data in use was not touched"

  # shellcheck disable=SC2016 # expanded in the container, where the secret is
  server sh -c '{ echo "CONFIG SET masterauth $(cat /run/secrets/redis_password)"; echo "REPLICAOF $1 6379"; } | REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli >/dev/null' sh "$beside" </dev/null
  wait_for "taking over redis" taken_over || {
    cli replicaof no one >/dev/null
    die "redis did not take over what was loaded"
  }
  cli replicaof no one >/dev/null
  cli config set masterauth '' >/dev/null
  server rm -rf /data/restore </dev/null
  log "what was there before is /data/$kept in the volume; when it is not needed any more:"
  log "  docker compose exec redis rm /data/$kept"
}
loaded_beside() { [[ $(cli -h "$beside" ping) == PONG ]]; }
taken_over() { [[ $(info replication master_link_status) == up ]]; }

# A scratch server with the image of the one in use, cut off from everything,
# loads as many keys as the file holds.
drill() {
  local image held loaded
  image=$(docker inspect --format '{{.Image}}' "$(compose ps --quiet redis)")
  scratch() {
    docker run --rm --interactive --network none --memory 256m --cpus 1 --pids-limit 64 --cap-drop ALL \
      --security-opt no-new-privileges --user 999:999 "$image" sh -euc "$1" <"$file"
  }
  held=$(scratch 'redis-check-rdb /dev/stdin' | sed -n 's/.*] \([0-9]*\) keys read$/\1/p')
  # shellcheck disable=SC2016 # expanded in the container
  loaded=$(scratch 'cat >/data/dump.rdb
    redis-server --dir /data --save "" --appendonly no --port 0 --unixsocket /tmp/socket --daemonize yes >/dev/null
    for _ in $(seq 300); do [ "$(redis-cli -s /tmp/socket ping 2>&1)" != PONG ] || break; sleep 0.2; done
    redis-cli -s /tmp/socket info persistence' | tr -d '\r' | awk -F : '/^rdb_last_load_keys_(loaded|expired):/ { sum += $2 } END { print sum }')
  [[ -n $held && $held == "$loaded" ]] || die "redis: the file holds ${held:-no readable} keys, the server loaded ${loaded:-none}"
  log "redis: $loaded keys, as in the file"
}

case $1 in
dump | check | restore | drill) "$1" ;;
*) die "usage: $0 dump|check|restore|drill FOLDER" 2 ;;
esac
