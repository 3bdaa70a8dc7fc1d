# shellcheck shell=bash disable=SC2154 # $work is the caller's
# Deploys and a rollback while many clients use the stack: none of them may notice.

# timed FILE COMMAND...: its seconds, and what it said, are kept.
timed() {
  local begin=$SECONDS file=$1 code=0
  shift
  "$@" >"$work/$file.out" 2>&1 || code=$?
  echo $((SECONDS - begin)) >"$work/$file.seconds"
  [[ $code == 0 ]] || cat "$work/$file.out"
  return "$code"
}
# After how many seconds the other release served.
switched_after() { sed -n 's/.* serves, after \([0-9]*\) s.*/\1/p' "$work/$1.out"; }

part_smooth() {
  local id back number expected
  start_load 3600
  for number in $(seq 2 $((deploys + 1))); do
    id=r$number
    check "$id is deployed under load" timed "$id" deploy "$id"
    check "$id serves" serves "$id"
    check "$id has settled" settled "$id"
    say "$id: served after $(switched_after "$id") s, $(<"$work/$id.seconds") s in all"
  done
  # The one before, and then the one before that.
  for back in $(seq 1 "$rollbacks"); do
    id=r$((deploys + 1 - back))
    check 'back to the one before' timed "back$back" rollback
    check "$id serves" serves "$id"
    check "$id has settled" settled "$id"
    check "it served within 15 s ($(switched_after "back$back") s)" test "$(switched_after "back$back")" -lt 15
  done
  stop_load

  check 'no request failed' report 'r["failed"] == 0'
  check 'in a great many' report 'good("GET") > 1000 and good("POST") > 300 and good("stream") > 10 and good("upload") > 10'
  expected=$(seq --format '"r%g"' --separator ', ' 1 $((deploys + 1)))
  check 'each release was seen by clients' report "set(r['releases']) == {$expected}"
  check 'each websocket was sent away with 1001 at each switch' \
    report "good('websocket sent away') == $((deploys + rollbacks)) * r['sockets']"
  check 'and came back' report "good('websocket opened') == $((deploys + rollbacks + 1)) * r['sockets']"
  check 'each row that was acknowledged is there, once' rows POST posted
  check 'each job was done, once' wait_until 30 rows job jobs
  check 'the log has a line for each' says "^$((deploys + rollbacks + 1))\$" in_home "grep -cE ' (deploy|rollback) r[0-9]+ ok ' deployments.log"
  report 'print({k: v for k, v in r["counts"].items()}, r["seconds"], "s") or True' | sed 's/^/== /'
}

# rows KIND FIELD: as many as the report says, all of them different.
rows() {
  local run wanted
  run=$(report 'r["run"]')
  wanted=$(report "r['$2']")
  [[ $(sql "SELECT count(*) || ' ' || count(DISTINCT title) FROM items WHERE title LIKE '$1 $run %'") == "$wanted $wanted" ]]
}
