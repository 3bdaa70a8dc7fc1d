# shellcheck shell=bash disable=SC2154 # routed and workers are those of services_of
# How one release takes over from another. Sourced after colours.sh.
#
# The new one comes up in the colour that is not in use, and gets no request
# before all of it is well. nginx learns its addresses, and then moves to it in
# one reload. The old one stays until the new one has shown itself.

# After a reload nginx keeps idle connections of clients for 10 s, and what comes
# in on them may still go to the old colour.
DRAIN_SECONDS=12
BAKE_SECONDS=$(setting BAKE_SECONDS 30)
BAKE_ERRORS_PERCENT=$(setting BAKE_ERRORS_PERCENT 5)

# begin: what the next one finds when this one is killed.
begin() { echo "$*" >releases/.at-work; }
end() { rm -f releases/.at-work; }

# Puts right what a deploy that was cut short has left: the release that
# releases/.active names runs, and nothing else does.
recover() {
  local id colour
  [[ -e releases/.at-work ]] || return 0
  id=$(active_release)
  [[ -n $id ]] || return 0
  colour=$(colour_of "$id")
  step "the last one was cut short ($(<releases/.at-work)): back to $id, which is active"
  services_of "$id"
  place_active || die "$id cannot be put in place"
  start_missing_stores "$id" || die "a store of $id does not start"
  start "$id" "$colour" "${routed[@]%%:*}" "${workers[@]}" || die "$id does not start"
  load || die "nginx does not take the configuration of $id"
  [[ -z $(containers "$(other_colour "$colour")") ]] || sleep "$DRAIN_SECONDS"
  remove_colour "$(other_colour "$colour")"
  docker ps --all --quiet --filter "label=com.docker.compose.project=$(project_name)" --filter label=com.docker.compose.oneoff=True \
    --filter status=exited | xargs --no-run-if-empty docker rm >/dev/null
  end
}

# nginx takes what lies here now. A container of it that has to change is replaced,
# which is not free of downtime.
load() {
  scripts/certificate.sh
  compose --progress quiet up --detach --no-deps --wait nginx || return 1
  reload
}
reload() { docker exec "$(nginx_container)" sh -c 'nginx -q -t && nginx -s reload 2>/dev/null'; }

# introduce COLOUR, which serves next: nginx looks up its addresses, and still sends
# nobody there. A reload takes over the addresses of names that were in the same
# upstream before; for all others nginx answers 502 until Docker's name server has
# spoken. Before the first deploy there is no nginx, and nobody to lose.
introduce() {
  local one name server known asked='' ask='listen 127.0.0.1:8079; access_log off; error_log /dev/null;' end=$((SECONDS + 10))
  [[ -n $old ]] || return 0
  step "nginx learns where $1 is"
  known=$(<upstreams/services.conf)
  for one in "${routed[@]}"; do
    name=${one%:*} server="server ${one/:/-$1:} resolve"
    [[ $known == *"upstream $name {"* ]] || known+=$'\n'"upstream $name { zone $name 64k; }"
    known=${known/"upstream $name {"/"upstream $name { $server down;"}
    # One that is down cannot be asked whether it was found. nginx looks a name up
    # once for all upstreams, so another one that has it tells.
    known+=$'\n'"upstream $name-$1 { zone $name-$1 64k; $server; }"
    ask+=" location = /$name-$1 { proxy_pass http://$name-$1/health; }"
    asked+=",$name-$1"
  done
  printf '%s\nserver { %s }\n' "$known" "$ask" >upstreams/.new || return 1
  mv -f upstreams/.new upstreams/services.conf
  reload || return 1
  until docker exec "$(nginx_container)" curl --silent --fail --fail-early --max-time 3 --output /dev/null "http://127.0.0.1:8079/{${asked#,}}"; do
    ((SECONDS < end)) || {
      log "nginx does not find all of ${asked#,}"
      return 1
    }
    sleep 0.1
  done
}

# watch COLOUR: what nginx says of requests to other containers than those of
# COLOUR, one line each, into $answers.
watch() {
  local id old=
  for id in $(containers "$1"); do old+="|$(address "$id"):"; done
  answers=$(mktemp)
  # Should this script be killed, these end nevertheless, and keep neither its lock
  # nor the connection of whoever called it.
  timeout "$((BAKE_SECONDS + DRAIN_SECONDS + 60))" docker logs --follow --tail 0 "$(nginx_container)" 9>&- 2>/dev/null > >(
    exec 9>&- >/dev/null 2>&1
    grep --line-buffered -o '"status":[0-9]*,.*"upstream":"[^"]\+"' |
      grep --line-buffered -vE "\"upstream\":\"(none$old)" >"$answers"
  ) &
  watcher=$!
}
unwatch() {
  [[ -z ${watcher-} ]] || kill "$watcher" 2>/dev/null || true
  rm -f "${answers-}"
  watcher='' answers=''
}

# bake COLOUR SECONDS: its containers stay well, and clients get no errors.
bake() {
  local end=$((SECONDS + $2)) all bad
  while ((SECONDS < end)); do
    sleep 1
    all_well "$1" || return 1
    all=$(wc -l <"$answers")
    bad=$(grep -c '^"status":5' "$answers" || true)
    if ((bad >= 5 && bad * 100 >= all * BAKE_ERRORS_PERCENT)); then
      log "$bad of $all requests were answered with 5xx; the last of them:"
      docker logs --tail 1000 "$(nginx_container)" 2>/dev/null | grep '"status":5' | tail -n 5 >&2
      return 1
    fi
  done
  log "    $all requests, $bad of them answered with 5xx"
}

# swap_workers ID COLOUR: the old ones end before the new ones begin, so that none
# of them ever runs twice. Jobs wait meanwhile.
swap_workers() {
  local name ids
  mapfile -t ids < <(worker_containers "$(other_colour "$2")")
  ((${#ids[@]} + ${#workers[@]} > 0)) || return 0
  step "workers: the old ones finish what they have in hand, then the new ones start"
  stop_containers "${ids[@]}" || return 1
  ((${#workers[@]} > 0)) || return 0
  start "$1" "$2" "${workers[@]}" || return 1
  for name in "${workers[@]}"; do wait_until_well "$2" "$name" || return 1; done
}

# Before the switch: the candidate goes, and nothing else has changed.
refuse() {
  explain "$colour"
  remove_colour "$colour"
}

# After the switch: the same switch, back to the one that is still there.
go_back() {
  unwatch
  explain "$colour" "$@"
  if [[ -z $old ]]; then
    rm -f releases/.active
  else
    step "back to $old"
    # Where nginx never moved, it knows the way.
    [[ $(active_release) == "$old" ]] || {
      services_of "$old"
      introduce "$old_colour" || true
    }
    make_active "$old" "$old_colour"
    place_active
    worker_containers "$old_colour" | xargs --no-run-if-empty docker start >/dev/null
    load
    sleep "$DRAIN_SECONDS"
  fi
  remove_colour "$colour"
}

# The first service alone: when that one is broken, the others need not start. One
# that has served before gets no such test, because somebody waits for it.
come_up() {
  local service first=("${routed[0]}") rest=("${routed[@]:1}")
  if [[ -e releases/$candidate/.served ]]; then first=("${routed[@]}") rest=(); fi
  start "$candidate" "$colour" "${first[@]%%:*}" || return 1
  for service in "${routed[@]}"; do
    wait_until_well "$colour" "${service%%:*}" "${service#*:}" || return 1
    log "    ${service%%:*} is healthy and ready"
    ((${#rest[@]} == 0)) || start "$candidate" "$colour" "${rest[@]%%:*}" || return 1
    rest=()
  done
}

# roll_out ID SECONDS: 1 when it was refused, and the old one serves as before.
# shellcheck disable=SC2034 # switched_after is read by those who call this
roll_out() {
  local begin=$SECONDS
  candidate=$1
  services_of "$candidate"
  old=$(active_release)
  old_colour=$([[ -z $old ]] || colour_of "$old")
  colour=$(other_colour "$old_colour")
  remove_colour "$colour"

  step "$candidate comes up as $colour${old:+, beside $old}"
  come_up || {
    refuse
    return 1
  }
  if ! { introduce "$colour" && make_active "$candidate" "$colour" && place_active && load; }; then
    go_back
    return 1
  fi
  switched_after=$((SECONDS - begin))
  [[ -z $old ]] || watch "$old_colour"
  step "$candidate serves, after $switched_after s${old:+; watching it for $2 s while $old stands by}"
  if [[ -n $old ]] && ! bake "$colour" "$2"; then
    go_back all
    return 1
  fi
  unwatch
  if ! swap_workers "$candidate" "$colour"; then
    go_back
    return 1
  fi
  mark_served "$candidate"
  [[ -z $old ]] || step "$old finishes what it has in hand, and goes"
  remove_colour "$old_colour"
}
