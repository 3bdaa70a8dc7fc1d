# shellcheck shell=bash disable=SC2154
# What somebody on the network, or in a container, gets at.

# Every port of the machine that takes a connection, from outside.
open_ports() {
  python3 - "$machine_address" <<'PY'
import socket, sys
found = []
for port in range(1, 65536):
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((sys.argv[1], port)) == 0:
            found.append(str(port))
print(*found)
PY
}
# from SERVICE PROGRAM...: in the container that serves.
from() { in_home ". scripts/lib/common.sh; in_service $*"; }

# shellcheck disable=SC2016 # expanded there, not here
part_attack() {
  check 'only ssh, HTTP and HTTPS answer' says '^22 80 443$' open_ports
  check 'the audit passes' says '^[0-9]+ containers, [0-9]+ rules asked, 0 waived, 0 broken$' in_home scripts/audit.sh
  check 'nginx does not find a database' says 'Resolving timed out|Could not resolve host: db' from nginx curl --max-time 3 telnet://db:5432
  check 'a file system cannot be written to' says 'Read-only file system' from backend python -c "'open(\"/srv/app/x\", \"w\")'"
  check 'there is no way out of the network of stores' says 'Network is unreachable' in_home 'docker compose exec -T db bash -c "timeout 3 bash -c \"</dev/tcp/'"$machine_gateway"'/22\""'
  check 'secrets are closed to others' says '^700$' in_home 'stat -c %a secrets'
  check 'docker compose by hand changes nothing' says '^same$' in_home \
    'before=$(docker ps --quiet | sort); docker compose up --detach >/dev/null 2>&1; [[ $(docker ps --quiet | sort) == "$before" ]] && echo same'
}
