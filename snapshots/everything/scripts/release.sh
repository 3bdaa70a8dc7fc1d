#!/usr/bin/env bash
# Bundles this commit for a server: scripts/release.sh ID writes
# dist/images.env and dist/ID.tar.gz. The images of the services must be in
# the registry under the tag ID; each image is named by its digest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

id=${1:?usage: scripts/release.sh ID}
registry=${REGISTRY:-localhost:5000/acme/everything}
# A registry that has copies of other people's images.
mirror=${MIRROR:+$MIRROR/}
git diff --quiet HEAD -- || die "there are changes that are not committed"

# image VARIABLE IMAGE: the line that names it by digest.
image() {
  local digest
  digest=$(docker buildx imagetools inspect "$2" --format '{{print .Manifest.Digest}}')
  printf '%s=%s@%s\n' "$1" "${2%:*}" "$digest"
}

# image_of SERVICE: what compose.yaml says, where updates of it are made.
compose_yaml=$(docker compose --file compose.yaml --profile '*' config --no-interpolate)
image_of() { awk -v name="$1:" '/^  [^ ]/ { service = $1 } service == name && $1 == "image:" { print $2 }' <<<"$compose_yaml"; }

mkdir -p dist
bundle=$(mktemp -d)
trap 'rm -rf "$bundle"' EXIT

# No source code and nothing for development.
{
  git ls-files -z -- . ':!services' ':!.*' ':!compose.dev.yaml' ':!compose.test.yaml' ':!docker-bake.hcl' ':!scaffold.*'
  git ls-files -z -- .env.example
} | xargs -0 tar --create | tar --extract --directory="$bundle"

{
  echo "RELEASE=$id"
  image API_IMAGE "$registry/api:$id"
  image BILLING_IMAGE "$registry/billing:$id"
  image SEARCH_IMAGE "$registry/search:$id"
  image WORKER_IMAGE "$registry/worker:$id"
  image SHOP_IMAGE "$registry/shop:$id"
  image DASHBOARD_IMAGE "$registry/dashboard:$id"
  image DOCS_IMAGE "$registry/docs:$id"
  image POSTGRES_IMAGE "$mirror$(image_of postgres)"
  image REPORTS_IMAGE "$mirror$(image_of reports)"
  image REDIS_IMAGE "$mirror$(image_of redis)"
  image CACHE_IMAGE "$mirror$(image_of cache)"
  image NGINX_IMAGE "$mirror$(image_of nginx)"
  image RESTIC_IMAGE "$mirror$(image_of restic)"
  image CERTBOT_IMAGE "$mirror$(image_of certbot)"
} >"$bundle/images.env"

# migrations DATABASE FOLDER: its files, and what a comment in them says of the
# version before.
migrations() {
  local file reason
  git ls-files -- "$2" | while read -r file; do
    reason=$(sed -nE 's/^[[:space:]]*(#|--|\/\/)[[:space:]]*incompatible:[[:space:]]*//p' "$file" | head -n 1)
    printf '%s\t%s\t%s\n' "$1" "$(basename "$file")" "${reason//$'\t'/ }"
  done
}
{
  migrations postgres services/api/app/migrations/postgres/versions
  migrations reports services/api/app/migrations/reports/versions
} >"$bundle/migrations"

(cd "$bundle" && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum) >"$bundle.sums"
mv "$bundle.sums" "$bundle/SHA256SUMS"
tar --create --gzip --owner=0 --group=0 --directory="$bundle" --file="dist/$id.tar.gz" .
cp "$bundle/images.env" dist/images.env
log "dist/$id.tar.gz"
