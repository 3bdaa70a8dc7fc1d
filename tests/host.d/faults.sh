# shellcheck shell=bash disable=SC2154 # $work, $domain and so on are the caller's
# What dies by itself comes back by itself; what talks without end fills no disk. The last part, since the others ask for
# containers that were never started again.

authority=/etc/ssl/authority.pem
# As a client with a name and a certificate that can be trusted.
smoke() { in_home "BASE_URL=https://$domain SSL_CERT_FILE=$authority CURL_CA_BUNDLE=$authority make --no-print-directory smoke"; }
names_of_all() { in_home "docker compose ps --format '{{.Name}}'"; }

# dies NAME: its first process, from outside; what `docker kill` ends is meant to be ended.
dies() { on_machine_as_root bash -c 'kill -KILL "$(docker inspect --format "{{.State.Pid}}" "$1")"' bash "$1"; }
came_back() {
  [[ $(in_home "docker inspect --format '{{.RestartCount}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' $1") =~ ^[1-9][0-9]*' running '(healthy)?$ ]]
}

# In megabytes.
size_of_log() { on_machine_as_root bash -c 'du --total --block-size=M "$(docker inspect --format "{{.LogPath}}" "$1")"* | sed -n "s/M\ttotal//p"' bash "$1"; }
fill_log() { in_home "docker compose exec -T nginx sh -c 'head -c 100000000 /dev/zero | tr \"\\0\" x | fold -w 999 >/proc/1/fd/1'"; }
kept_small() {
  local size
  size=$(size_of_log "$1")
  echo "$size MB"
  ((size > 20 && size < 60))
}

restart_engine() {
  on_machine_as_root bash -c 'pid=$(pgrep -x dockerd) && mapfile -d "" -t words <"/proc/$pid/cmdline" && kill "$pid"
    tail --pid="$pid" --follow /dev/null
    setsid "${words[@]}" >>/var/log/dockerd.log 2>&1 </dev/null &'
}

part_faults() {
  local name
  trusted_certificate 90
  install -m 0644 "$work/ca.pem" "$machine_root$authority"
  echo "127.0.0.1 $domain" >>"$machine_root/etc/hosts"
  in_home 'docker compose exec -T nginx nginx -s reload' 2>/dev/null
  check 'make smoke is green, over TLS' wait_until 20 smoke
  for name in $(names_of_all); do
    check "$name dies" dies "$name"
    check 'and comes back' wait_until 60 came_back "$name"
    check 'make smoke is green' wait_until 30 smoke
  done
  name=$(in_home "docker compose ps --format '{{.Name}}' nginx")
  check 'who talks without end' fill_log
  check 'has its last words kept, and not more' kept_small "$name"
  check 'Docker starts again' restart_engine
  check 'and everything with it' wait_until 120 smoke
  check 'all are well' wait_until 30 health
}
