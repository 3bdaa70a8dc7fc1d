# shellcheck shell=bash disable=SC2154 # $work, $here, $machine_* are the caller's
# A repository as `scaffold new` writes it, with an endpoint of a team in it, and its releases: made as the workflow
# `release` makes them.

project=scaffold-host-$$
domain=host.test
repo=$work/repo
registry=$SCAFFOLD_REGISTRY/$project

# generate OPTION...: which one.
generate() {
  "$(scaffold)" new "$repo" --blueprints blueprints "$@" --set "name=$project" --set "domain=$domain" \
    --set "registry=$registry" --no-input >/dev/null 2>&1
  git -C "$repo" init --quiet
  commit 'what scaffold wrote'
  mirror_images "$repo"
}

commit() {
  git -C "$repo" add --all
  git -C "$repo" -c user.name=host -c user.email=host@example.com commit --quiet --allow-empty --message "$1"
}

# bundle ID: what is wrong with it stands in its name.
bundle() {
  local app=$repo/services/backend/app fault=none
  local versions=$app/migrations/db/versions
  rm -f "$app/stores/never.py" "$versions/0002_slow.py" "$versions/0003_broken.py"
  case $1 in
    exits | memory | errors) fault=$1 ;;
    never) cp "$here/host.d/app/never.py" "$app/stores/never.py" ;;
    k2 | m[0-9]* | g[0-9]*) cp "$here/host.d/app/slow.py" "$versions/0002_slow.py" ;;
  esac
  [[ $1 != m[0-9]* ]] || cp "$here/host.d/app/migration.py" "$versions/0003_broken.py"
  sed "s/@version@/$1/; s/@fault@/$fault/" "$here/host.d/app/release.py" >"$app/api/release.py"
  commit "$1"
  release "$1"
}

# release ID: of what is committed.
release() {
  (
    cd "$repo" || exit
    TAG=$1 nice docker buildx bake --file docker-bake.hcl --push --progress quiet
    MIRROR=$mirror nice scripts/release.sh "$1"
  )
}

# bundles PART...: those that the parts deploy.
bundles() {
  local part id
  for part in "$@"; do
    for id in ${bundles_of[$part]-}; do
      prepare "$id" >"$work/bundle.log" 2>&1 && continue
      printf 'FAILED  release %s is made\n' "$id"
      cat "$work/bundle.log"
      return 1
    done
  done
}
prepare() { if [[ $1 == g* ]]; then "grow_$1" && bundle "$1"; else bundle "$1"; fi; }

# Tags are what a run leaves in the engine; what they name is cached for the next.
forget_releases() {
  local tags
  mapfile -t tags < <(docker image ls --format '{{.Repository}}:{{.Tag}}' | grep "^$registry/")
  ((${#tags[@]} == 0)) || docker image rm "${tags[@]}" >/dev/null 2>&1 || true
}
