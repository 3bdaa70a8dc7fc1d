# shellcheck shell=bash disable=SC2154 # $work, $domain are the caller's
# `make status` on the server: what somebody who comes in at night types first.

status() { in_home 'make --no-print-directory status'; }
# Each call asks the whole server, so what one said is kept for several questions.
kept_status() {
  local code=0
  status >"$work/status" 2>&1 || code=$?
  [[ $code == 0 ]] || cat "$work/status"
  return "$code"
}
told() { grep -Eq -- "$1" "$work/status" || { cat "$work/status" && return 1; }; }

# Who comes back finds the address taken, as by a job that began in the meantime.
take_address() {
  in_home "net=\$(docker inspect --format '{{range \$name, \$_ := .NetworkSettings.Networks}}{{\$name}} {{end}}' $1)
    docker create --name squatter --entrypoint sleep \$(docker inspect --format '{{.Config.Image}}' $1) 600
    for one in \$net; do docker network connect \$one squatter; done
    docker start squatter"
}
addresses() { in_home "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' $1"; }

# shellcheck disable=SC2016 # expanded there, not here
part_status() {
  local old container before
  old=$(active)
  check 'where something is missing, it exits with an error' fails kept_status
  check 'the certificate has its line' told '^certificate +SELF '
  check 'the backup too' told '^backup +NONE '
  check 'a backup is made' in_home scripts/backup.sh
  check 'it is proven' in_home scripts/restore-drill.sh
  check 'a certificate is there' trusted_certificate 90
  check 'all is well' kept_status
  check 'the release and its colour' told "^release +ok +$old, as (blue|green)\$"
  check 'containers' told '^health +ok +[0-9]+ passed, 0 failed$'
  # Within the second in which it was made it has all of its days.
  check 'the certificate' told "^certificate +ok +(89|90) days left, for $domain\$"
  check 'the last backup' told '^backup +ok +0 h ago'
  container=$(in_home '. scripts/lib/common.sh; docker compose ps --quiet "$(compose_name frontend)"')
  before=$(addresses "$container")
  in_home "docker stop $container" >/dev/null
  check 'when a container stops, it exits with an error' fails kept_status
  check 'and names it' told 'FAILED +.*frontend-(blue|green)-1 is exited'
  take_address "$container" >/dev/null
  check 'nginx has asked for it while there was none' wait_until 30 says 'frontend-(blue|green) could not be resolved' in_home 'docker compose logs --since 1m nginx'
  in_home "docker start $container" >/dev/null
  check 'it has another address' fails test "$(addresses "$container")" = "$before"
  # It may wait 2 s for an answer, and 2 s before it asks again.
  check 'nginx finds it there within seconds' wait_until 10 fetch_path /
  in_home 'docker rm --force squatter' >/dev/null
  check 'all is well again' wait_until 60 status
}
