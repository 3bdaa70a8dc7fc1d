# shellcheck shell=bash disable=SC2154 # $work, $here, $project, $machine_* are the caller's
# What is asked of the second machine, and how: over ssh as CI does it, over HTTPS as clients do, at its console.

home=/srv/$project

# remote COMMAND: with the key that CI has, which may do two things.
remote() { ssh_with deploys -- "deploy@$machine_address" "$1"; }
remote_shell() { remote 'cat /etc/passwd' </dev/null; }
deploy() { remote "deploy $1" <"$repo/dist/$1.tar.gz"; }
# The registry answers 500 until that was seen once.
deploy_in_trouble() {
  local deploying code=0
  touch "$work/trouble"
  deploy "$1" >"$work/trouble.out" 2>&1 &
  deploying=$!
  wait_until 60 grep -q '500 Internal Server Error' "$work/trouble.out" || code=$?
  rm "$work/trouble"
  wait "$deploying" && return "$code"
  cat "$work/trouble.out"
  return 1
}
rollback() { remote "rollback ${1-}" </dev/null; }

health() { in_home scripts/health-check.sh; }
settings() {
  local line
  for line in "$@"; do in_home "sed -i '/^${line%%=*}=/d' .env && echo '$line' >>.env"; done
}
sql() { in_home "docker compose exec -T db psql -U postgres -d app -qAtc \"$1\""; }

fetch_path() {
  curl --silent --show-error --insecure --fail --max-time 10 --connect-to "$domain:443:$machine_address:443" "https://$domain$1"
}
# serves ID [SECONDS]: what a client is answered.
serves() { [[ $(fetch_path /api/release) == *"\"$1\""* ]]; }
active() { in_home 'cat releases/.active'; }

# settled ID: exactly what the release has runs, in one colour, and every note agrees.
settled() {
  in_home "set -euo pipefail
    . scripts/lib/common.sh; . scripts/lib/release.sh; . scripts/lib/colours.sh
    id=\$(active_release); colour=\$(colour_of \$id)
    [[ \$id == $1 ]] || die \"\$id is active\"
    [[ ! -e releases/.at-work ]] || die 'something is at work'
    [[ -z \$(containers \$(other_colour \$colour)) ]] || die 'the other colour is there'
    all_well \$colour
    . releases/\$id/scripts/lib/services.sh
    [[ \$(containers \$colour | wc -l) == \$((\${#routed[@]} + \${#workers[@]})) ]] || die 'not as many as there should be'
    cmp nginx/colours/\$colour/services.conf upstreams/services.conf
    [[ \$(setting COLOUR) == \$colour && \$(setting RELEASE) == \$id ]] || die '.env says otherwise'
    [[ -z \$(docker compose ps --quiet | xargs docker inspect --format '{{index .Config.Labels \"deploy.release\"}}' | grep -v '^$' | grep -vx \$id) ]]"
}

# start_load SECONDS [short|all]: clients, until stop_load.
load=
start_load() {
  nice --adjustment=-10 python3 -B "$here/host.d/load" "$machine_address" "$domain" "$1" "$work/report.json" "${2:-all}" >"$work/load.log" 2>&1 &
  load=$!
  wait_until 10 serves "$(active)"
}
stop_load() {
  [[ -n $load ]] || return 0
  kill -TERM "$load" 2>/dev/null || true
  wait "$load" || { cat "$work/load.log" >&2 && load='' && return 1; }
  load=
}
# report EXPRESSION: of Python, about the report `r` of the clients.
report() {
  python3 - "$work/report.json" "$1" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
value = eval(sys.argv[2], {"r": r, "good": lambda kind: r["counts"].get(kind, {}).get("good", 0)})
if value is not True:
    print(value)
if not value:
    print("\n".join(r["failures"][:20]), r["counts"], r["releases"], sep="\n")
sys.exit(not value)
PY
}

# What a certificate authority would have made.
trusted_certificate() {
  local ca=$work/ca tls=$machine_root$home/secrets/tls
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj '/CN=authority' -keyout "$ca.key" -out "$ca.pem"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$domain" -keyout "$ca.server.key" -out "$ca.csr"
  openssl x509 -req -in "$ca.csr" -CA "$ca.pem" -CAkey "$ca.key" -days "$1" -extfile <(echo "subjectAltName=DNS:$domain") -out "$ca.server.pem"
  cp "$ca.server.key" "$tls/privkey.pem" && cp "$ca.server.pem" "$tls/fullchain.pem"
} 2>/dev/null
