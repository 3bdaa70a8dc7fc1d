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
# shellcheck source=scripts/lib/colours.sh
. "$here/scripts/lib/colours.sh"
# shellcheck source=scripts/lib/rollout.sh
. "$here/scripts/lib/rollout.sh"
# shellcheck source=scripts/lib/migrations.sh
. "$here/scripts/lib/migrations.sh"

# Megabytes that all services may use, once more than there is now.
OVERLAP_MIB=896

preflight() {
  local setup free
  step "looking at this server"
  # What this machine keeps to itself is shared by all releases.
  mkdir -p secrets
  ln -sfn ../../.env "releases/$id/.env"
  ln -sfn ../../secrets "releases/$id/secrets"
  setup=$PWD/releases/$id/scripts/setup.sh
  [[ -f .env ]] || die "this server is not set up: run \`ENVIRONMENT=production $setup\` (or staging), then deploy again"
  "$setup" </dev/null || die "run $setup, then deploy again"

  free=$(df --output=avail --block-size=1M "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1)
  ((free > 2048)) || die "less than 2 GiB are free for images; \`docker system df\` says what takes the room"
  if [[ -n $active ]]; then
    free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
    ((free > OVERLAP_MIB)) || die "$free MiB of memory are free: the new version may need $OVERLAP_MIB beside the old one"
  fi
}

# Docker asks for a layer again by itself, but not for what lists them: a
# registry that is busy for a moment is no reason to refuse a release.
pull_image() {
  local tries=3
  until docker pull --quiet "$1" </dev/null >&2; do
    ((--tries > 0)) || return 1
    sleep 3
  done
}

pull() {
  local image
  step "pulling the images of $id"
  while read -r image; do
    docker image inspect "$image" >/dev/null 2>&1 || pull_image "$image" ||
      die "$image cannot be pulled: is the registry in reach, and is there a \`docker login\`?"
  done < <(sed -n 's/^[A-Z0-9_]*_IMAGE=//p' "releases/$id/images.env" | sort -u)
}

# The new configuration in a container of its own, before anything is changed.
check_nginx() {
  local folder=$PWD/releases/$id/nginx
  "releases/$id/scripts/certificate.sh"
  # What Docker does not find it makes, as root.
  mkdir -p acme upstreams
  compose_of "$id" run --rm --no-deps -T --volume "$folder:/etc/nginx:ro" --volume "$folder/servers/production:/etc/nginx/servers:ro" \
    --volume "$folder/colours/blue:/etc/nginx/upstreams:ro" nginx -q -t </dev/null
}

migrate() {
  local backup=
  migration_pending "$id" || return 0
  if [[ -n $active ]]; then
    step "backup before the migration"
    backup=$(scripts/backup.sh 2>&1 | tee /dev/stderr | tail -n 1) || refused "no backup could be made before the migration"
  fi
  step "migrating, while ${active:-nothing} serves"
  compose_of "$id" --profile migrate run --rm --no-deps -T migrate-postgres </dev/null >&2 ||
    refused "the migration of postgres failed${backup:+; before it there was made: $backup}"
  compose_of "$id" --profile migrate run --rm --no-deps -T migrate-my-second-database </dev/null >&2 ||
    refused "the migration of my-second-database failed${backup:+; before it there was made: $backup}"
  note_migrations "$id"
}

# refused WHY: whatever served goes on.
refused() {
  record deploy "$id" FAILED
  end
  die "$id was refused: $1${active:+; $active serves as before}"
}

take_lock
check_release "$id"
recover
active=$(active_release)
begin "deploy $id"
preflight
check_schema "$id"
pull
check_nginx || refused "nginx does not take its configuration"
# One that did not change keeps running.
start_stores "$id" || refused "a store does not start"
migrate
roll_out "$id" "$BAKE_SECONDS" || refused "see above"
record deploy "$id" ok
remove_strangers "$id"
prune
end
step "$id is active"
