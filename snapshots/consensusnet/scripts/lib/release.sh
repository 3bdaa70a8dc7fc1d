# shellcheck shell=bash
# The releases of this server. Sourced after common.sh, in the folder that the
# server runs from: there lie the files of the active release, and in
# releases/<id>/ the last five as CI made them.

export LC_ALL=C
KEPT_RELEASES=5

step() { log "==> $*"; }

# One at a time; whoever comes second is told so at once.
take_lock() {
  exec 9>.deploy.lock
  flock --nonblock 9 || die "another deploy or rollback is at work"
}

# releases/.active is what counts: it changes in one rename, and everything else
# (the files here, .env, nginx) follows from it and can be put right from it.
active_release() { [[ ! -s releases/.active ]] || cat releases/.active; }

# colour_of ID: nothing for a release that was never active.
colour_of() { cat "releases/$1/.colour" 2>/dev/null || true; }

# make_active ID COLOUR
make_active() {
  echo "$2" >"releases/$1/.colour.new"
  mv -f "releases/$1/.colour.new" "releases/$1/.colour"
  echo "$1" >releases/.active.new
  mv -f releases/.active.new releases/.active
}

check_release() {
  [[ $1 =~ ^[0-9A-Za-z][0-9A-Za-z._-]*$ ]] || die "not the name of a release: $1" 2
  [[ -d releases/$1 ]] || die "there is no releases/$1"
  (cd "releases/$1" && sha256sum --check --quiet SHA256SUMS) || die "releases/$1 is damaged"
}

# compose_of ID ...: by the Compose files and images of a release that is not, or
# not yet, the active one. Paths in them are those of this folder.
compose_of() {
  local id=$1 file files=()
  shift
  while IFS= read -r -d : file; do
    [[ ! -e releases/$id/$file ]] || file=releases/$id/$file
    files+=(--file "$file")
  done <<<"$(setting COMPOSE_FILE):"
  RELEASE_PATH=releases/$id docker compose --progress quiet --project-directory . \
    --env-file .env --env-file "releases/$id/images.env" "${files[@]}" "$@"
}

# services_of ID: its routed, workers and stores.
services_of() {
  # shellcheck source=scripts/lib/services.sh
  . "releases/$1/scripts/lib/services.sh"
}

# start_stores ID [OPTION]: those that run as they should go on.
start_stores() {
  local id=$1
  shift
  services_of "$id"
  ((${#stores[@]} > 0)) || return 0
  # Their files, of which a running one has mounted what there was at its start.
  [[ ! -d releases/$id/stores ]] || cp -R ${1:+--no-clobber} "releases/$id/stores" .
  compose_of "$id" up --detach --no-deps --wait --wait-timeout 180 "$@" "${stores[@]}"
}

# start_missing_stores ID: those that it had and the active one has no more. The
# others stay as they are.
start_missing_stores() {
  local store running
  services_of "$1"
  running=" $(docker ps --filter "label=com.docker.compose.project=$(project_name)" --format '{{.Label "com.docker.compose.service"}}' | tr '\n' ' ')"
  for store in "${stores[@]}"; do
    [[ $running == *" $store "* ]] || {
      start_stores "$1" --no-recreate
      return
    }
  done
}

# What a release has no more goes; volumes and secrets stay.
remove_strangers() {
  local known service container
  known=$(compose_of "$1" --profile '*' config --services) || return 0
  docker ps --all --filter "label=com.docker.compose.project=$(project_name)" --format '{{.ID}} {{.Label "com.docker.compose.service"}}' |
    while read -r container service; do
      grep -qx "$service" <<<"$known" || docker rm --force "$container" >/dev/null || true
    done
}

# Puts the files of a release in place. Folders stay the same folders, because
# containers have them mounted; files that only the old release had are removed.
unpack_release() {
  local sums=releases/$1/SHA256SUMS
  if [[ -f SHA256SUMS ]]; then
    comm -23 <(cut -c67- SHA256SUMS | sort) <(cut -c67- "$sums" | sort) | xargs --delimiter='\n' --no-run-if-empty rm -f --
  fi
  cut -c67- "$sums" | tar --create --directory="releases/$1" --verbatim-files-from --files-from=- | tar --extract || return 1
  cp "$sums" SHA256SUMS
}

# The release stands in .env, so that `docker compose` by hand means it too.
point_env_at() {
  local colour profiles
  colour=$(colour_of "$1")
  profiles=$(setting COMPOSE_PROFILES | tr , '\n' | grep -vxE 'blue|green' | paste -sd , || true)
  {
    grep -Ev '^([A-Z0-9_]+_IMAGE|RELEASE|RELEASE_PATH|COLOUR|COMPOSE_PROFILES)=' .env || true
    cat "releases/$1/images.env"
    printf '%s\n' "RELEASE_PATH=releases/$1" "COLOUR=$colour" "COMPOSE_PROFILES=$colour${profiles:+,$profiles}"
  } >.env.new
  mv -f .env.new .env
}

# Everything here says what releases/.active says. Once more changes nothing.
place_active() {
  local id
  id=$(active_release)
  unpack_release "$id" || return 1
  mkdir -p upstreams
  cp "nginx/colours/$(colour_of "$id")/services.conf" upstreams/.new || return 1
  mv -f upstreams/.new upstreams/services.conf
  point_env_at "$id"
}

# Releases that a rollback goes to: they have served, and nobody has rolled back
# from them. Oldest first, by when they came to serve.
served_releases() {
  local mark
  # shellcheck disable=SC2012 # the names are those of check_release
  ls -tr releases/*/.served 2>/dev/null | while read -r mark; do
    [[ -e ${mark%/*}/.left ]] || basename "${mark%/*}"
  done
}

mark_served() {
  rm -f "releases/$1/.left"
  touch "releases/$1/.served"
}

# record WHAT ID HOW
record() {
  printf '%s %s %s %s by %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" "$3" "${SUDO_USER:-$(id -un)}" >>deployments.log
}

# Keeps the last releases that served, and their images. One that was refused
# stays until one that was made later has served: after a repair it can be tried
# again.
prune() {
  local active kept release image
  active=$(active_release)
  # shellcheck disable=SC2012 # the names are those of check_release
  kept=" $active $(ls -t releases/*/.served | cut -d / -f 2 | awk -v active="$active" '$0 != active' | head -n $((KEPT_RELEASES - 1)) | tr '\n' ' ')"
  for release in releases/*/; do
    release=$(basename "$release")
    [[ $kept != *" $release "* ]] || continue
    [[ -e releases/$release/.served || releases/$release -ot releases/$active/SHA256SUMS ]] || continue
    sed -n 's/^[A-Z0-9_]*_IMAGE=//p' "releases/$release/images.env"
    rm -rf "releases/${release:?}"
  done | sort -u | while read -r image; do
    grep -qF "=$image" releases/*/images.env || docker image rm "$image" >/dev/null || true
  done
}
