# shellcheck shell=bash
# Containers of the two colours. Sourced after release.sh.

HEALTH_SECONDS=$(setting HEALTH_SECONDS 120)

other_colour() { if [[ $1 == blue ]]; then echo green; else echo blue; fi; }

# containers COLOUR [FILTER]: running or not.
containers() {
  docker ps --all --quiet --filter "label=com.docker.compose.project=$(project_name)" --filter "label=deploy.colour=$1" \
    --filter label=com.docker.compose.oneoff=False ${2:+--filter "$2"}
}
containers_of() { containers "$1" "label=com.docker.compose.service=$2-$1"; }
worker_containers() { containers "$1" label=deploy.part=worker; }

# Each finishes what it has in hand, within its own stop_grace_period.
stop_containers() { (($# == 0)) || docker stop "$@" >/dev/null; }
remove_colour() {
  local ids
  [[ -n $1 ]] || return 0
  mapfile -t ids < <(containers "$1")
  ((${#ids[@]} == 0)) || { docker stop "${ids[@]}" && docker rm --force --volumes "${ids[@]}"; } >/dev/null
}

# start ID COLOUR SERVICE...
start() {
  local id=$1 colour=$2
  shift 2
  compose_of "$id" --profile "$colour" up --detach --no-deps "${@/%/-$colour}"
}

# state ID: well, waiting, or what is wrong.
state() {
  local status restarts killed health
  read -r status restarts killed health < <(docker inspect --format \
    '{{.State.Status}} {{.RestartCount}} {{.State.OOMKilled}} {{with .State.Health}}{{.Status}}{{else}}healthy{{end}}' "$1")
  case $status:$restarts:$killed:$health in
    running:0:false:healthy) echo well ;;
    running:0:false:starting | created:*) echo waiting ;;
    running:0:false:*) echo "$health" ;;
    *:true:*) echo 'out of memory: killed at its limit' ;;
    *) echo "$status, restarted ${restarts:-0} times" ;;
  esac
}

# wait_until_well COLOUR SERVICE [PORT]: every container of it runs, is healthy,
# and, with a port, says itself that its stores answer.
wait_until_well() {
  local colour=$1 service=$2 port=${3-} end=$((SECONDS + HEALTH_SECONDS)) id how waiting
  while :; do
    waiting=
    for id in $(containers_of "$colour" "$service"); do
      how=$(state "$id")
      case $how in
        well) [[ -z $port ]] || ready "$id" "$port" || waiting="/ready: ${answer:0:300}" ;;
        waiting) waiting='its health check has not passed yet' ;;
        *)
          log "$service: $how"
          return 1
          ;;
      esac
    done
    [[ -n $waiting ]] || return 0
    if ((SECONDS >= end)); then
      log "$service: not well within $HEALTH_SECONDS s: $waiting"
      return 1
    fi
    sleep 0.5
  done
}

all_well() {
  local id how
  for id in $(containers "$1"); do
    how=$(state "$id")
    [[ $how == well ]] || {
      log "$(docker inspect --format '{{.Name}}' "$id"): $how"
      return 1
    }
  done
}

nginx_container() {
  docker ps --quiet --filter "label=com.docker.compose.project=$(project_name)" --filter label=com.docker.compose.service=nginx \
    --filter label=com.docker.compose.oneoff=False
}

address() { docker inspect --format "{{with index .NetworkSettings.Networks \"$(project_name)_edge\"}}{{.IPAddress}}{{end}}" "$1"; }

# ready CONTAINER PORT: asked from where nginx asks. On the first deploy there is
# no nginx yet. What was said is in answer, who was not ready in unready.
# shellcheck disable=SC2154 # roll_out says which release is the candidate
ready() {
  local ask=(curl --silent --show-error --fail-with-body --max-time 3 "http://$(address "$1"):$2/ready")
  if [[ -n $(active_release) ]]; then
    answer=$(docker exec "$(nginx_container)" "${ask[@]}" 2>&1) && return
  else
    answer=$(docker run --rm --network "$(project_name)_edge" --entrypoint "${ask[0]}" \
      "$(sed -n 's/^NGINX_IMAGE=//p' "releases/$candidate/images.env")" "${ask[@]:1}" 2>&1) && return
  fi
  unready=$1
  return 1
}

# explain COLOUR [all]: what those that are not well, or all, have to say.
explain() {
  local id
  for id in $(containers "$1"); do
    [[ ${2-} == all || $id == "${unready-}" || $(state "$id") != well ]] || continue
    log "--- $(docker inspect --format '{{.Name}}: {{.State.Status}}{{if .State.Health}}, {{.State.Health.Status}}{{end}}, last exit code {{.State.ExitCode}}, {{.RestartCount}} restarts, out of memory: {{.State.OOMKilled}}' "$id")"
    docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{.End}} exit {{.ExitCode}}: {{.Output}}{{end}}{{end}}' "$id" | tail -n 5 >&2
    docker logs --tail 30 "$id" >&2 2>&1 || true
  done
}
