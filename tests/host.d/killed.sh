# shellcheck shell=bash disable=SC2154 # $work is the caller's
# A deploy that dies half way, at each of its steps: clients do not notice, and the next one puts it right.

# killed_at PATTERN ID: SIGKILL as soon as it has said so.
killed_at() {
  local pid code=0 victims
  deploy "$2" >"$work/killed.out" 2>&1 &
  pid=$!
  wait_until 90 grep -Eq "$1" "$work/killed.out" || { cat "$work/killed.out" && return 1; }
  mapfile -t victims < <(on_machine_as_root pgrep --full "releases/$2/scripts/deploy.sh $2")
  on_machine_as_root kill -KILL "${victims[@]}"
  wait "$pid" || code=$?
  [[ $code != 0 ]] || { echo 'it was over before' && return 1; }
}

part_killed() {
  local old
  old=$(active)
  start_load 1200 "$load_kind"
  if [[ $long ]]; then
    check 'killed when it begins' killed_at 'looking at this server' k1
    check 'killed while it pulls' killed_at 'pulling the images' k1
  fi
  check 'killed while the new colour comes up' killed_at 'k1 comes up as' k1
  check 'the old one serves' serves "$old"
  check 'killed while it migrates' killed_at 'migrating, while' k2
  [[ ! $long ]] || check 'killed while nginx looks up its names' killed_at 'nginx learns where' k2
  check 'killed when the new colour has begun to serve' killed_at 'k2 serves, after' k2
  check 'k2 serves' serves k2
  if [[ $long ]]; then
    check 'killed while workers are replaced' killed_at 'workers: the old ones' k2
    check 'killed when all but the end is done' killed_at 'finishes what it has in hand, and goes' k2
  fi
  check 'the next one puts it right' timed k2 deploy k2
  check 'and says so' grep -q 'the last one was cut short (deploy k2): back to k2' "$work/k2.out"
  check 'all has settled' settled k2
  check 'the schema has what the killed one brought, once' says '^1$' sql "SELECT count(*) FROM slow_migration"
  stop_load
  check 'no request failed' report 'r["failed"] == 0'
  check 'each job was done, once' wait_until 90 rows job jobs
  check 'a rollback across what k2 brought is refused' says 'cannot run on the present schema, because of the above' rollback "$old"
  check 'and says why' says '0002_slow.py: it goes with what k2 reads' rollback "$old"
  check 'nothing has changed' settled k2
}
