# shellcheck shell=bash disable=SC2154 # $work is the caller's
# A deploy that dies half way, at each of its steps: clients do not notice, and the next one puts it right.

# killed_at PATTERN ID: SIGKILL as soon as it has said so.
killed_at() {
  local pid code=0 victims
  deploy "$2" >"$work/killed.out" 2>&1 &
  pid=$!
  wait_until 90 grep -Eq "$1" "$work/killed.out" || return 1
  mapfile -t victims < <(on_machine_as_root pgrep --full "releases/$2/scripts/deploy.sh $2")
  on_machine_as_root kill -KILL "${victims[@]}"
  wait "$pid" || code=$?
  [[ $code != 0 ]] || { echo 'it was over before' && return 1; }
}

part_killed() {
  start_load 1200
  check 'killed while it pulls' killed_at 'pulling the images' k1
  check 'killed while the new colour comes up' killed_at 'k1 comes up as' k1
  check 'killed when the new colour has begun to serve' killed_at 'k1 serves, after' k1
  check 'k1 serves' serves k1
  check 'killed while workers are replaced' killed_at 'workers: the old ones' k1
  check 'the next one puts it right' timed k1 deploy k1
  check 'and says so' grep -q 'the last one was cut short (deploy k1): back to k1' "$work/k1.out"
  check 'all has settled' settled k1
  stop_load
  check 'no request failed' report 'r["failed"] == 0'
  check 'each job was done, once' wait_until 90 rows job jobs
}
