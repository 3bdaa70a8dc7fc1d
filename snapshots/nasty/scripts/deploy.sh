#!/usr/bin/env bash
# Activates a release on this server: scripts/deploy.sh ID. receive.sh calls it
# for CI. docs/deploy.md says what it does and what is not free of downtime.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
id=${1:?usage: scripts/deploy.sh ID}

# A release is deployed by its own script.
if [[ $here != */releases/* ]]; then
  [[ -x $here/releases/$id/scripts/deploy.sh ]] || { echo "error: there is no releases/$id" >&2; exit 1; }
  exec "$here/releases/$id/scripts/deploy.sh" "$id"
fi
cd "$here/../.."
# shellcheck source=scripts/lib/common.sh
. "$here/scripts/lib/common.sh"
# shellcheck source=scripts/lib/release.sh
. "$here/scripts/lib/release.sh"

preflight() {
  local setup free
  # What this machine keeps to itself is shared by all releases.
  mkdir -p secrets
  ln -sfn ../../.env "releases/$id/.env"
  ln -sfn ../../secrets "releases/$id/secrets"
  setup=$PWD/releases/$id/scripts/setup.sh
  [[ -f .env ]] || die "this server is not set up: run \`ENVIRONMENT=production $setup\` (or staging), then deploy again"
  "$setup" </dev/null || die "run $setup, then deploy again"

  free=$(df --output=avail -k "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1)
  ((free > 2 * 1024 * 1024)) || die "less than 2 GiB are free for images; \`docker system df\` says what takes the room"
}

pull() {
  step "pulling the images of $id"
  sed -n 's/^[A-Z0-9_]*_IMAGE=//p' "releases/$id/images.env" | sort -u | while read -r image; do
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >&2
  done
}

# A migration can only be pending when the image that brings it is another one.
migration_pending() {
  [[ -z $previous ]] ||
    another_image GO_IMAGE
}
another_image() { [[ $(image_of "$id" "$1") != $(image_of "$previous" "$1") ]]; }

migrate() {
  migration_pending || return 0
  if [[ -n $previous ]]; then
    step "backup before the migration"
    scripts/backup.sh || return 1
  fi
  step "migrating"
  compose up --detach --no-deps --wait --wait-timeout 180 postgres my-second-database || return 1
  scripts/migrate.sh
}

go_back() {
  explain_failure
  record deploy "$id" FAILED
  [[ -n $previous && $previous != "$id" ]] || die "$id does not run, and there is no other to go back to"
  step "back to $previous"
  activate "$previous"
  switch_to "$previous" || die "$previous does not run either: see above"
  die "$id was refused, $previous is active"
}

take_lock
check_release "$id"
previous=$(active_release)
[[ -z $previous || -d releases/$previous ]] || previous=
preflight
pull
step "files of $id"
activate "$id"
migrate || go_back
switch_to "$id" || go_back
mark_active "$id"
record deploy "$id" ok
prune
step "$id is active"
