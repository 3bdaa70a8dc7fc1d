# shellcheck shell=bash
# What deploy.sh and rollback.sh share. Sourced after common.sh, in the folder
# that the server runs from: there lie the files of the active release, and in
# releases/<id>/ the last five as CI made them.

export LC_ALL=C
KEPT_RELEASES=5

step() { log "==> $*"; }

# One at a time; whoever comes second is told so at once.
take_lock() {
  exec 9>.deploy.lock
  flock --nonblock 9 || die "another deploy or rollback is at work"
}

# The release that came through its gates last. RELEASE in .env is another one
# after a deploy that was cut short.
active_release() { [[ ! -e releases/.active ]] || cat releases/.active; }

# Releases that have served; a rollback goes to no other.
served_releases() {
  local mark
  for mark in releases/*/.served; do
    [[ -e $mark ]] && basename "$(dirname "$mark")"
  done | sort
}

# image_of ID VARIABLE
image_of() { sed -n "s/^$2=//p" "releases/$1/images.env"; }

check_release() {
  [[ $1 =~ ^[0-9A-Za-z][0-9A-Za-z._-]*$ ]] || die "not the name of a release: $1"
  [[ -d releases/$1 ]] || die "there is no releases/$1"
  (cd "releases/$1" && sha256sum --check --quiet SHA256SUMS) || die "releases/$1 is damaged"
}

# Puts the files of a release in place. Folders stay the same folders, because
# containers have them mounted; files that only the old release had are removed.
unpack_release() {
  local files=releases/$1/SHA256SUMS
  if [[ -f SHA256SUMS ]]; then
    comm -23 <(cut -c67- SHA256SUMS | sort) <(cut -c67- "$files" | sort) | xargs --delimiter='\n' --no-run-if-empty rm -f --
  fi
  cut -c67- "$files" | tar --create --directory="releases/$1" --verbatim-files-from --files-from=- | tar --extract
  cp "$files" SHA256SUMS
}

# The images stand in .env, so that `docker compose` by hand means them too.
point_env_at() {
  { grep -Ev '^([A-Z0-9_]+_IMAGE|RELEASE)=' .env || true; cat "releases/$1/images.env"; } >.env.new
  mv -f .env.new .env
}

activate() {
  unpack_release "$1"
  point_env_at "$1"
}

# Everything that keeps running; migrations are run by their own step.
running_services() { compose config --services | grep -v '^migrate-'; }

start_containers() {
  local services
  services=$(running_services)
  # shellcheck disable=SC2086 # one word each
  compose up --detach --no-deps --remove-orphans --wait --wait-timeout 180 $services
}

# switch_to ID: its files are in place; now its containers, gated on their
# health and on what every service says of its stores.
switch_to() {
  scripts/certificate.sh
  mkdir -p acme
  compose --progress quiet run --rm --no-deps -T nginx -q -t || return 1
  step "containers of $1"
  start_containers || return 1
  compose exec -T nginx nginx -q -s reload || return 1
  step "health"
  scripts/health-check.sh
}

# What those that are not well have to say.
explain_failure() {
  local container
  for container in $(compose ps --all --quiet); do
    case $(docker inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.State.ExitCode}}' "$container") in
      'running healthy'* | 'running  '* | 'exited '*' 0') continue ;;
    esac
    log "--- $(docker inspect --format '{{.Name}}: {{.State.Status}}{{if .State.Health}}, {{.State.Health.Status}}{{end}}, last exit code {{.State.ExitCode}}, {{.RestartCount}} restarts, out of memory: {{.State.OOMKilled}}' "$container")"
    docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{.End}} exit {{.ExitCode}}: {{.Output}}{{end}}{{end}}' "$container" | tail -n 5 >&2
    docker logs --tail 30 "$container" >&2 2>&1 || true
  done
}

mark_active() {
  touch "releases/$1/.served"
  echo "$1" >releases/.active.new
  mv -f releases/.active.new releases/.active
}

# record WHAT ID HOW
record() {
  printf '%s %s %s %s by %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" "$3" "${SUDO_USER:-$(id -un)}" >>deployments.log
}

# Keeps the last releases that served and the active one, and their images.
prune() {
  local active kept release image
  active=$(active_release)
  kept=" $active $(served_releases | tail -n "$KEPT_RELEASES" | tr '\n' ' ')"
  for release in releases/*/; do
    release=$(basename "$release")
    [[ $kept != *" $release "* && $release < $active ]] || continue
    sed -n 's/^[A-Z0-9_]*_IMAGE=//p' "releases/$release/images.env"
    rm -rf "releases/${release:?}"
  done | sort -u | while read -r image; do
    grep -qF "=$image" releases/*/images.env || docker image rm "$image" >/dev/null || true
  done
}
