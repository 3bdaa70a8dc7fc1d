# shellcheck shell=bash disable=SC2154 # $work is the caller's
# Versions that must not serve. Three never get a request; the fourth shows itself only when it has some.

# refused ID PATTERN: exit 1, and the reason is shown.
refused() {
  local code=0
  deploy "$1" >"$work/$1.out" 2>&1 || code=$?
  [[ $code == 1 ]] && grep -Eq "$2" "$work/$1.out" && grep -q "$1 was refused" "$work/$1.out" && return
  echo "exit $code"
  tail -n 40 "$work/$1.out"
  return 1
}

part_broken() {
  local old
  old=$(active)
  start_load 1200
  check 'one that exits is refused' refused exits 'this version is broken: it exits'
  check 'its containers are gone' settled "$old"
  settings HEALTH_SECONDS=15
  check 'one that is never ready is refused' refused never 'this version is broken: it is never ready'
  settings HEALTH_SECONDS=90
  check 'its containers are gone' settled "$old"
  check 'one that is out of memory is refused' refused memory 'out of memory'
  check 'its containers are gone' settled "$old"
  stop_load
  check 'no request failed' report 'r["failed"] == 0'
  check 'all were answered by the old one' report "set(r['releases']) == {'$old'}"
  check 'no websocket was sent away' report 'good("websocket sent away") == 0'

  start_load 1200 short
  check 'one that turns bad when it serves is taken back' refused errors '[0-9]+ of [0-9]+ requests were answered with 5xx'
  check 'its errors are shown' grep -q '"path":"/api/release","status":500' "$work/errors.out"
  check 'the old one serves' serves "$old"
  check 'and has settled' settled "$old"
  stop_load
  check 'it did serve' report '"errors" in r["releases"]'
  check 'nobody got anything but its errors' report 'set(r["statuses"]) == {"200", "201", "202", "500"}'
  check 'the log has them all' says '^4$' in_home "grep -c ' FAILED ' deployments.log"
}
