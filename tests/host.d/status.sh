# shellcheck shell=bash disable=SC2154 # $work, $domain are the caller's
# `make status` on the server: what somebody who comes in at night types first.

status() { in_home 'make --no-print-directory status'; }

# What a certificate authority would have made.
trusted_certificate() {
  local ca=$work/ca tls=$machine_root$home/secrets/tls
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj '/CN=authority' -keyout "$ca.key" -out "$ca.pem"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$domain" -keyout "$ca.server.key" -out "$ca.csr"
  openssl x509 -req -in "$ca.csr" -CA "$ca.pem" -CAkey "$ca.key" -days "$1" -extfile <(echo "subjectAltName=DNS:$domain") -out "$ca.server.pem"
  cp "$ca.server.key" "$tls/privkey.pem" && cp "$ca.server.pem" "$tls/fullchain.pem"
} 2>/dev/null

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
  check 'what is missing has its line' says '^certificate +SELF ' status
  check 'all of it' says '^backup +NONE ' status
  check 'it exits with an error' fails status
  check 'a backup is made' in_home scripts/backup.sh
  check 'it is proven' in_home scripts/restore-drill.sh
  check 'a certificate is there' trusted_certificate 90
  check 'all is well' status
  check 'the release and its colour' says "^release +ok +$old, as (blue|green)\$" status
  check 'containers' says '^health +ok +[0-9]+ passed, 0 failed$' status
  check 'the certificate' says "^certificate +ok +89 days left, for $domain\$" status
  check 'the last backup' says '^backup +ok +0 h ago' status
  container=$(in_home '. scripts/lib/common.sh; docker compose ps --quiet "$(compose_name frontend)"')
  before=$(addresses "$container")
  in_home "docker stop $container" >/dev/null
  check 'a container that does not run is named' says 'FAILED +.*frontend-(blue|green)-1 is exited' status
  check 'it exits with an error' fails status
  take_address "$container" >/dev/null
  check 'nginx has asked for it while there was none' wait_until 30 says 'frontend-(blue|green) could not be resolved' in_home 'docker compose logs --since 1m nginx'
  in_home "docker start $container" >/dev/null
  check 'it has another address' fails test "$(addresses "$container")" = "$before"
  check 'nginx finds it there within seconds' wait_until 5 fetch_path /
  in_home 'docker rm --force squatter' >/dev/null
  check 'all is well again' wait_until 60 status
}
