# shellcheck shell=bash disable=SC2016,SC2154 # scripts are quoted; $work, $repo, $project are those of tests/backups
# A checkout, with the repository in a folder, then over SFTP.

HTTP_PORT=$(free_port)
API_DEBUG_PORT=$(free_port)
export HTTP_PORT API_DEBUG_PORT

finish_files() {
  docker rm --force --volumes "$project-sftp" >/dev/null 2>&1 || true
  [[ -d $repo ]] || return 0
  [[ $1 == 0 ]] || (cd "$repo" && docker compose ps --all && docker compose logs --tail 20) >&2 || true
  (cd "$repo" && docker compose down --volumes --remove-orphans --timeout 5) >&2 || true
}

in_repo() { (cd "$repo" && "$@"); }
said() { in_repo "$@" >"$work/said" 2>&1; }
sql() { in_repo docker compose exec -T postgres psql --username postgres --dbname app --quiet --no-align --tuples-only --command "$1"; }
state() { sql "SELECT count(*), max(id), md5(string_agg(title, ',' ORDER BY id)) FROM items"; }
post() {
  curl --silent --fail --output /dev/null --header 'Content-Type: application/json' --data "{\"title\": \"$1\"}" "http://127.0.0.1:$HTTP_PORT/api/items"
}
# given FILE VALUE: a secret that a person has.
given() { rm -f "$repo/secrets/$1" && printf '%s' "$2" >"$repo/secrets/$1" && chmod 0444 "$repo/secrets/$1"; }

# refused COMMAND...: it fails, says so, and the data in use is as before.
refused() {
  local before
  before=$(state)
  ! said "$@" || return 1
  grep -Eq 'nothing was changed|cannot be read|could not be read' "$work/said" || return 1
  [[ $before == "$(state)" && $(sql "SELECT count(*) FROM pg_database WHERE datname LIKE 'app%'") == 1 ]]
}

# with_backup SCRIPT: among the functions of the scripts of backups.
with_backup() {
  # shellcheck disable=SC1091 # in the repository
  in_repo bash -euc '. scripts/lib/common.sh; . scripts/lib/backup.sh; make_work_folder; '"$1"
}
# A backup whose dump was cut before it was stored: every checksum of the repository is right.
bad_backup() { with_backup "fetch latest; $1; restic backup --quiet --host \"\$owner\" /backup" >/dev/null; }
snapshots() { with_backup 'restic snapshots --compact --host "$owner"' | grep -cE "^[0-9a-f]{8} .*${1-}"; }

start_sftp() {
  docker build --quiet --tag "$project-sftp" - >/dev/null <<DOCKER
FROM $(pin python)
RUN apt-get -qq -o Acquire::Check-Valid-Until=false update && apt-get -qq -y --no-install-recommends install openssh-server >/dev/null && \
    mkdir -p /run/sshd && useradd --create-home keeper && mkdir /home/keeper/.ssh /home/keeper/backups && chown -R keeper /home/keeper
CMD ["/usr/sbin/sshd", "-D", "-e"]
DOCKER
  ssh-keygen -q -t ed25519 -N '' -f "$work/key"
  docker create --name "$project-sftp" --network "${project}_egress" --network-alias sftp "$project-sftp" >/dev/null
  docker cp --quiet "$work/key.pub" "$project-sftp:/home/keeper/.ssh/authorized_keys"
  docker start "$project-sftp" >/dev/null
  docker exec "$project-sftp" chown keeper /home/keeper/.ssh/authorized_keys
  wait_until 30 docker exec "$project-sftp" bash -c '</dev/tcp/127.0.0.1/22'
  install -m 0444 "$work/key" "$repo/secrets/backup_ssh_key"
  given backup_ssh_host "$(docker exec "$project-sftp" sed 's/^/sftp /; s/ [^ ]*$//' /etc/ssh/ssh_host_ed25519_key.pub)"
}

damage() {
  local biggest
  check 'a backup goes to a folder' in_repo make backup
  biggest=$(find "$repo/backups/repository/data" -type f -size +1k -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
  chmod u+w "$biggest"
  cp "$biggest" "$work/whole"
  printf 'damage' | dd of="$biggest" bs=1 seek=700 conv=notrunc status=none
  check 'a corrupted repository is refused, nothing is touched' refused make restore
  check 'the drill is red on it' fails said make restore-drill
  head --bytes=600 "$work/whole" >"$biggest"
  check 'a truncated repository is refused, nothing is touched' refused make restore
  cp "$work/whole" "$biggest"
  check 'whole again, the drill is green' in_repo make restore-drill

  bad_backup 'sed -i "s/^public.items .*/public.items 100000/" "$work/postgres.rows"'
  check 'the drill is red when rows are missing' fails said make restore-drill
  check 'it names the table' grep -q public.items "$work/said"
  bad_backup 'truncate --size=-400 "$work/postgres.dump"'
  check 'a truncated dump is refused, nothing is touched' refused make restore

  mv "$repo/backups/repository" "$repo/backups/away"
  check 'a repository that is gone does not become an empty one' fails said make backup
  check 'it says what to do' grep -q 'rm backups/last-backup' "$work/said"
  rm -rf "$repo/backups/repository"
  mv "$repo/backups/away" "$repo/backups/repository"
  printf '%s old\n' "$(date --date='-3 days' +%s)" >"$repo/backups/last-backup"
  check 'the status of an old backup is bad' fails said scripts/backup-status.sh
}

retention() {
  with_backup ': >"$work/about"; for hour in 01 02 03 04; do restic backup --quiet --host "$owner" --time "2020-01-01 $hour:00:00" /backup; done' >/dev/null
  check 'four backups of one day long ago' test "$(snapshots 2020-01-01)" = 4
  check 'another backup' in_repo make backup
  # restic keeps the first of all too, while there are fewer days than wanted.
  check 'leaves the newest of that day' test "$(snapshots '2020-01-01 04')$(snapshots '2020-01-01 0[23]')" = 10
  check 'and the last three' test "$(snapshots "$(date --utc +%Y)")" = 3
  check 'the drill proves the newest' in_repo make restore-drill
}

rotation() {
  local old new
  old=$(<"$repo/secrets/postgres_password")
  check 'the password of the database is replaced' in_repo scripts/rotate-secret.sh postgres_password
  check 'the application works with the new one' post rotated
  check 'the old one opens nothing' says 'password authentication failed' \
    in_repo docker compose exec -T --env PGPASSWORD="$old" postgres psql -h 127.0.0.1 -U app -d app -c 'SELECT 1'
  old=$(<"$repo/secrets/redis_password")
  check 'that of redis too' in_repo scripts/rotate-secret.sh redis_password
  check 'and its old one opens nothing' says 'WRONGPASS' in_repo docker compose exec -T --env REDISCLI_AUTH="$old" redis redis-cli ping

  old=$(<"$repo/secrets/backup_password")
  # As on a machine that was restored: it has made no backup itself.
  mv "$repo/backups/last-backup" "$work/"
  check 'that of the backups too' in_repo scripts/rotate-secret.sh backup_password
  mv "$work/last-backup" "$repo/backups/"
  check 'the new one opens old backups' in_repo make restore-drill
  new=$(<"$repo/secrets/backup_password")
  given backup_password "$old"
  check 'the old one opens none' fails said make restore-drill
  check 'it cannot be replaced by somebody who has not the right one' fails said scripts/rotate-secret.sh backup_password
  check 'and is as it was' test "$(<"$repo/secrets/backup_password")" = "$old"
  given backup_password "$new"
}

gone() {
  mv "$repo/scripts/backup.d/redis.sh" "$work/"
  check 'a store without a script is named' says 'not backed up.*redis' in_repo scripts/backup.sh
  mv "$repo/scripts/backup.d/postgres.sh" "$work/"
  check 'a backup of nothing is refused' fails said scripts/backup.sh
  mv "$work/redis.sh" "$work/postgres.sh" "$repo/scripts/backup.d/"
}

sftp() {
  local own address=sftp:keeper@sftp:/home/keeper/backups
  generate "$work/sftp" "$address"
  cp -a "$work/sftp/." "$repo/"
  start_sftp
  rm "$repo/backups/last-backup"
  export BACKUP_REPOSITORY=$address/development
  # restic ends without what ssh said of the key when it is the faster of the two; that the right key opens the same server
  # is the proof of the reason.
  own=$(<"$repo/secrets/backup_ssh_host")
  given backup_ssh_host 'sftp ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPJxAfLm3LkVZ0tg4pqT1YlQkY3oRQ0wRJ0y0kU0QF5m'
  check 'another host key is refused' says 'ost key|unable to start the sftp session' in_repo make backup
  given backup_ssh_host "$own"
  check 'a backup goes over SFTP' in_repo make backup
  check 'and comes back' in_repo make restore
  check 'with every row' test "$(sql "SELECT count(*) FROM items WHERE title IN ('first', 'rotated')")" = 2
}

part_files() {
  local step
  say 'a stack'
  generate "$repo" ./backups/repository
  in_repo make up >&2
  post first
  export BACKUP_REPOSITORY=./backups/repository
  for step in damage retention rotation gone sftp; do
    say "$step"
    "$step"
  done
}
