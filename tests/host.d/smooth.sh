# shellcheck shell=bash disable=SC2034,SC2154 # $work is the caller's, who ends $slow_pid
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

# slow_names SECONDS: Docker's name server answers nginx that much later, until quick_names; $work/names has what it found when.
slow_pid='' nginx_pid=''
slow_rule() { on_machine_as_root nsenter --target "$nginx_pid" --net iptables --table nat "$@"; }
slow_names() {
  local port
  nginx_pid=$(in_home "docker inspect --format '{{.State.Pid}}' \$(docker compose ps --quiet nginx)")
  port=$(slow_rule --list-rules | sed -n 's/.*-p udp .*--to-destination 127.0.0.11:\([0-9]*\)$/\1/p')
  python3 -B "$here/host.d/slow-names" "/proc/$(console)/root/proc/$nginx_pid/ns/net" "$port" "$1" "$work/names" >"$work/slow-names.log" 2>&1 &
  slow_pid=$!
  wait_until 10 test -e "$work/names" || { cat "$work/slow-names.log" && return 1; }
  slow_rule --insert OUTPUT --destination 127.0.0.11 --protocol udp --dport 53 --jump DNAT --to-destination 127.0.0.11:5300
}
# Whoever has asked there goes on asking there, so it stays until the machine goes.
quick_names() { slow_rule --delete OUTPUT 1; }
# shellcheck disable=SC2016 # expanded there, not here
found_before_the_switch() {
  local moved name
  moved=$(in_home 'stat --format %.3Y releases/.active')
  for name in $(in_home '. releases/$(cat releases/.active)/scripts/lib/services.sh; . scripts/lib/common.sh
    for one in "${routed[@]}"; do compose_name "${one%:*}"; echo; done'); do
    awk -v name="$name" -v moved="$moved" '$2 == name && $1 < moved { found = 1 } END { exit !found }' "$work/names" || {
      echo "$name was not found before $moved:"
      cat "$work/names"
      return 1
    }
  done
}

part_smooth() {
  local id back number expected
  slow_names 0.5
  start_load 3600
  for number in $(seq 2 $((deploys + 1))); do
    id=r$number
    : >"$work/names"
    check "$id is deployed under load" timed "$id" deploy "$id"
    check 'nginx knew its names before it moved there' found_before_the_switch
    check "$id serves" serves "$id"
    check "$id has settled" settled "$id"
    say "$id: served after $(switched_after "$id") s, $(<"$work/$id.seconds") s in all"
  done
  # The one before, and then the one before that.
  for back in $(seq 1 "$rollbacks"); do
    id=r$((deploys + 1 - back))
    : >"$work/names"
    check 'back to the one before' timed "back$back" rollback
    check 'nginx knew its names before it moved there' found_before_the_switch
    check "$id serves" serves "$id"
    check "$id has settled" settled "$id"
    check "it served within 15 s ($(switched_after "back$back") s)" test "$(switched_after "back$back")" -lt 15
  done
  check 'while one is at work another is refused' says 'another deploy or rollback is at work' \
    in_home 'exec 9>>.deploy.lock && flock 9 && scripts/rollback.sh 9>&-'
  stop_load
  quick_names

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
