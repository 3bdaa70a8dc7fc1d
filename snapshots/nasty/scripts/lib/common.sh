# shellcheck shell=bash
# Sourced by every script, from the root of the repository. It keeps to what
# bash 3.2 knows, because that is what macOS has.

log() { printf '%s\n' "$*" >&2; }
warn() { log "warning: $*"; }
die() {
  log "error: $1"
  exit "${2:-1}"
}

# setting NAME [DEFAULT]: from the environment, else from .env.
setting() {
  local line value
  if [[ -n ${!1-} ]]; then
    printf '%s' "${!1}"
    return
  fi
  value=${2-}
  if [[ -f .env ]]; then
    while IFS= read -r line; do
      [[ $line != "$1="* ]] || value=${line#*=}
    done <.env
  fi
  value=${value#[\"\']}
  printf '%s' "${value%[\"\']}"
}

random_hex() {
  local bytes
  bytes=$(od -An -v -tx1 -N "$1" /dev/urandom)
  printf '%s' "${bytes//[[:space:]]/}"
}

# The files in force are named by COMPOSE_FILE in .env.
compose() { docker compose "$@"; }

project_name() { setting COMPOSE_PROJECT_NAME n0-name-of-forty-characters-which-is-ok1; }

# The stack of the tests, beside the one of this checkout.
compose_test() {
  local project
  project=$(project_name)
  docker compose --project-name "$project-test" --file compose.yaml --file compose.test.yaml "$@"
}

# compose_name SERVICE: what Compose calls the one that serves. On a server each
# service is there in two colours; on other machines there is no COLOUR.
compose_name() {
  local colour
  colour=$(setting COLOUR)
  case $1 in
  go | fastapi | node | python-worker) printf '%s' "$1${colour:+-$colour}" ;;
  *) printf '%s' "$1" ;;
  esac
}

# in_service NAME COMMAND...: in the container that runs.
in_service() {
  local service
  service=$(compose_name "$1")
  shift
  compose exec -T "$service" "$@" </dev/null
}

# wait_for "NAME" COMMAND...: until it succeeds.
wait_for() {
  local name=$1 end=$((SECONDS + ${WAIT_SECONDS:-60}))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      log "$name: not within ${WAIT_SECONDS:-60} s"
      return 1
    fi
    sleep 1
  done
}
