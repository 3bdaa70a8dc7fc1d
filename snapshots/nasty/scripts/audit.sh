#!/usr/bin/env bash
# Proves on the running containers that they are hardened. What only a server has
# (limits, restart policy, which ports may be public) is asked where ENVIRONMENT
# is staging or production. A container that cannot keep a rule says why in a
# label: `audit.<rule>: <reason>`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

environment=$(setting ENVIRONMENT development)
project=$(project_name)
containers=0 rules=0 waived=0 broken=0 memory_total=0
[[ $environment == staging || $environment == production ]] && server=1 || server=

# rule NAME COMMAND...: for the container at hand.
rule() {
  local name=$1 reason
  shift
  rules=$((rules + 1))
  ! "$@" || return 0
  reason=$(docker inspect --format "{{index .Config.Labels \"audit.$name\"}}" "$id")
  if [[ -n $reason ]]; then
    waived=$((waived + 1))
    printf 'waived  %s: %s: %s\n' "$container" "$name" "$reason"
  else
    broken=$((broken + 1))
    printf 'BROKEN  %s: %s\n' "$container" "$name"
  fi
}

is() { [[ $1 == "$2" ]]; }
set_to_more_than_zero() { [[ $1 =~ ^[1-9] ]]; }
has_health_check() { [[ $health == CMD* ]]; }
is_not_root() { [[ -n $user && ! $user =~ ^(root|0)(:.*)?$ ]]; }
restarts() { [[ $restart == unless-stopped || $restart == always ]]; }

# Address and port on the host, one a line.
listens_where_it_may() {
  local address
  while read -r address; do
    case $address in
    '' | 127.0.0.1:* | ::1:*) ;;
    *:80 | *:443) [[ -n $server ]] || return 1 ;;
    *) return 1 ;;
    esac
  done <<<"$ports"
}

# Stores are on internal networks, so what faces clients must be on none.
is_away_from_stores() {
  local network internal
  for network in $networks; do
    internal=$(docker network inspect --format '{{.Internal}}' "$network")
    [[ $internal == false ]] || return 1
  done
}

shows_no_secret() {
  local file value inspected
  inspected=$(docker inspect "$id")
  for file in secrets/*; do
    [[ -f $file ]] || continue
    value=$(<"$file")
    [[ ${#value} -lt 8 || $inspected != *"$value"* ]] || return 1
  done
}

audit() {
  local id=$1 container health user restart ports networks memory root caps privileges logs stop cpus pids service
  inspect() { docker inspect --format "$1" "$id"; }
  container=$(inspect '{{.Name}}')
  container=${container#/}
  service=$(inspect '{{index .Config.Labels "com.docker.compose.service"}}')
  health=$(inspect '{{with .Config.Healthcheck}}{{index .Test 0}}{{end}}')
  user=$(inspect '{{.Config.User}}')
  root=$(inspect '{{.HostConfig.ReadonlyRootfs}}')
  caps=$(inspect '{{.HostConfig.CapDrop}}')
  privileges=$(inspect '{{.HostConfig.Privileged}} {{.HostConfig.SecurityOpt}}')
  logs=$(inspect '{{index .HostConfig.LogConfig.Config "max-size"}}')
  stop=$(inspect '{{with .Config.StopTimeout}}{{.}}{{end}}')
  ports=$(inspect '{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}}:{{.HostPort}}{{"\n"}}{{end}}{{end}}')
  networks=$(inspect '{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}')

  rule health has_health_check
  rule user is_not_root
  rule read-only is "$root" true
  rule capabilities is "$caps" '[ALL]'
  rule privileges is "$privileges" 'false [no-new-privileges:true]'
  rule logs set_to_more_than_zero "$logs"
  rule stop-grace set_to_more_than_zero "$stop"
  rule ports listens_where_it_may
  rule secrets shows_no_secret
  [[ $service != nginx ]] || rule networks is_away_from_stores

  if [[ -n $server ]]; then
    restart=$(inspect '{{.HostConfig.RestartPolicy.Name}}')
    cpus=$(inspect '{{.HostConfig.NanoCpus}}')
    memory=$(inspect '{{.HostConfig.Memory}}')
    pids=$(inspect '{{with .HostConfig.PidsLimit}}{{.}}{{end}}')
    memory_total=$((memory_total + memory))
    rule restart restarts
    rule cpu set_to_more_than_zero "$cpus"
    rule memory set_to_more_than_zero "$memory"
    rule pids set_to_more_than_zero "$pids"
  fi
  containers=$((containers + 1))
}

all=$(docker ps --filter label=com.docker.compose.project --format '{{.ID}} {{.Label "com.docker.compose.project"}} {{.Label "com.docker.compose.oneoff"}}')
while read -r id owner oneoff; do
  case $owner in
  "$project-test") continue ;;
  "$project" | "$project"-*) [[ $oneoff == True ]] || audit "$id" ;;
  esac
done <<<"$all"

# The machine itself.
# shellcheck disable=SC2012 # stat differs between Linux and macOS, ls does not.
mode=$(ls -ldL secrets 2>/dev/null | cut -c 1-10) || true
rules=$((rules + 1))
if [[ -n $mode && $mode != drwx------ ]]; then
  broken=$((broken + 1))
  echo "BROKEN  secrets/ is $mode, not drwx------"
fi
if [[ -n $server ]]; then
  host_memory=$(docker info --format '{{.MemTotal}}')
  rules=$((rules + 1))
  if ((memory_total > host_memory)); then
    broken=$((broken + 1))
    echo "BROKEN  the limits add up to $((memory_total >> 20)) MiB, the host has $((host_memory >> 20))"
  fi
fi

printf '%s containers, %s rules asked, %s waived, %s broken\n' "$containers" "$rules" "$waived" "$broken"
((containers > 0)) || die "no container of $project runs"
((broken == 0))
