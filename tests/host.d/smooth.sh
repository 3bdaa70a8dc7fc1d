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
  local id
  start_load 1200
  for id in r2 r3 r4; do
    check "$id is deployed under load" timed "$id" deploy "$id"
    check "$id serves" serves "$id"
    check "$id has settled" settled "$id"
    say "$(tail -n 1 "$work/$id.out"): served after $(switched_after "$id") s, $(<"$work/$id.seconds") s in all"
  done
  check 'back to the one before' timed rollback rollback
  check 'r3 serves' serves r3
  check 'r3 has settled' settled r3
  check "it served within 15 s ($(switched_after rollback) s)" test "$(switched_after rollback)" -lt 15
  stop_load

  check 'no request failed' report 'r["failed"] == 0'
  check 'in a great many' report 'good("GET") > 1000 and good("POST") > 300 and good("stream") > 10 and good("upload") > 10'
  check 'each release was seen by clients' report 'set(r["releases"]) == {"r1", "r2", "r3", "r4"}'
  check 'each websocket was sent away with 1001 at each switch' report 'good("websocket sent away") == 4 * r["sockets"]'
  check 'and came back' report 'good("websocket opened") == 5 * r["sockets"]'
  check 'each row that was acknowledged is there, once' rows POST posted
  check 'each job was done, once' wait_until 30 rows job jobs
  check 'the log has a line for each' says "^5$" in_home "grep -cE ' (deploy|rollback) r[1-4] ok ' deployments.log"
}

# rows KIND FIELD: as many as the report says, all of them different.
rows() {
  local run wanted
  run=$(report 'r["run"]')
  wanted=$(report "r['$2']")
  [[ $(sql "SELECT count(*) || ' ' || count(DISTINCT title) FROM items WHERE title LIKE '$1 $run %'") == "$wanted $wanted" ]]
}
