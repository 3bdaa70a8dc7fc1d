# shellcheck shell=bash disable=SC2154 # $work, $repo and so on are the caller's
# What the repository gains and loses comes to the server by a deploy like any other, and no client notices.

# What scaffold changes for each release.
grow() { "$(scaffold)" "$@" -C "$repo" --blueprints "$here/../blueprints" --no-input && mirror_images "$repo"; }
grow_g1() { grow add fastapi --name billing --set port=8100 --set route=/billing; }
grow_g2() { grow add valkey --name sessions --for billing; }
grow_g3() { grow remove sessions && grow remove billing; }
runs() { [[ -n $(in_home "docker compose ps --quiet $1 2>/dev/null") ]]; }
container_of() { in_home "docker ps --quiet --filter label=com.docker.compose.service=$1"; }

part_grown() {
  local before volume
  volume=${project}_sessions-data
  before=$(container_of db)
  start_load 1200 "$load_kind"
  check 'the service is deployed' timed g1 deploy g1
  check 'it answers' fetch_path /billing/info
  check 'and has settled' settled g1
  check 'the store is deployed' timed g2 deploy g2
  check 'it runs' runs sessions
  check 'the service uses it' says sessions fetch_path_inside billing /ready
  check 'and has settled' settled g2
  check 'a deploy without either' timed g3 deploy g3
  check 'the service is gone' fails fetch_path /billing/info
  check 'the store is gone' says '^$' container_of sessions
  check 'its data is not' in_home "docker volume inspect $volume"
  check 'and has settled' settled g3
  check 'five releases are kept at most' in_home 'served=(releases/*/.served) && echo "${served[@]}" && ((${#served[@]} <= 5))'
  check 'and no image but theirs' no_other_image
  check 'back to both' timed grown rollback g2
  check 'the service is there again' fetch_path /billing/info
  check 'the store as well' runs sessions
  check 'and has settled' settled g2
  stop_load
  check 'the database is the same container' says "^$before\$" container_of db
  check 'no request failed' report 'r["failed"] == 0'
  check 'each job was done, once' wait_until 30 rows job jobs
}
no_other_image() {
  local images
  images=$(in_home "docker image ls --digests --format '{{.Repository}}@{{.Digest}}' | grep '^$registry/'")
  [[ -n $images ]] && ! grep -vxFf <(in_home "sed -n 's/^[A-Z0-9_]*_IMAGE=//p' releases/*/images.env") <<<"$images"
}
# From where nginx asks.
fetch_path_inside() { in_home ". scripts/lib/common.sh; in_service nginx curl -s http://\$(compose_name $1):8100$2"; }
