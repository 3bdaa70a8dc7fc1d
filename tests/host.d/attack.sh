# shellcheck shell=bash disable=SC2154
# What somebody on the network, or in a container, gets at.

# Every port of the machine that takes a connection, from outside. One that says nothing at all is closed.
open_ports() {
  python3 - "$machine_address" <<'PY'
import resource, select, socket, sys, time
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
found, many = [], max(256, min(limit - 100, 16384))
for first in range(1, 65536, many):
    asked, poll = {}, select.poll()
    for port in range(first, min(first + many, 65536)):
        probe = socket.socket()
        probe.setblocking(False)
        probe.connect_ex((sys.argv[1], port))
        poll.register(probe, select.POLLOUT)
        asked[probe.fileno()] = probe, port
    end = time.monotonic() + 2
    while asked and (left := end - time.monotonic()) > 0:
        for number, _ in poll.poll(1000 * left):
            probe, port = asked.pop(number)
            poll.unregister(number)
            if probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(port)
            probe.close()
    for probe, _ in asked.values():
        probe.close()
print(*sorted(found))
PY
}

# listen_too: what people do by hand on a server: another sshd, and a store whose port is published for a moment.
listen_too() {
  on_machine_as_root /usr/sbin/sshd -p 2222 -o PidFile=none
  in_home 'docker run --quiet --detach --rm --name by-hand --publish 6379:6379 --entrypoint redis-server \
    "$(docker inspect --format "{{.Config.Image}}" "$(docker compose ps --quiet redis)")" --bind 0.0.0.0 --protected-mode no --save ""' >/dev/null
}
listen_no_more() {
  on_machine_as_root pkill --full 'sshd.* -p 2222'
  in_home 'docker rm --force by-hand' >/dev/null
}
# firewall COMMAND: as its unit has it.
firewall() { on_machine_as_root bash -c "$(sed -n "s/^$1=//p" "$machine_root/etc/systemd/system/$project-firewall.service")"; }

behind_the_firewall() {
  listen_too
  check 'what listens by hand answers inside' wait_until 10 on_machine_as_root bash -c '</dev/tcp/127.0.0.1/2222 && </dev/tcp/127.0.0.1/6379'
  check 'from outside only ssh, HTTP and HTTPS do' says '^22 80 443$' open_ports
  on_machine_as_root nft delete table inet server
  check 'it is the firewall that keeps the rest away' says '^22 80 443 2222 6379$' open_ports
  firewall ExecStart
  check 'and does so again' says '^22 80 443$' open_ports
  listen_no_more
}

# from SERVICE PROGRAM...: in the container that serves.
from() { in_home ". scripts/lib/common.sh; in_service $*"; }

# try ATTACK: in the container that answers clients.
try() { in_home ". scripts/lib/common.sh; docker exec --interactive \$(docker compose ps --quiet \$(compose_name backend)) python - $1" <"$here/host.d/attacks.py"; }
ended_by_the_kernel() {
  local code=0
  try "$1" || code=$?
  [[ $code == 137 ]] || { echo "exit $code" && return 1; }
}
lives() { in_home ". scripts/lib/common.sh; docker inspect --format '{{.State.StartedAt}} {{.RestartCount}}' \$(docker compose ps --quiet)"; }
inside_a_container() {
  local before
  before=$(lives)
  check 'nobody in a container becomes root' says 'Operation not permitted' try root
  check 'or opens a raw socket' says 'Operation not permitted' try raw
  check 'who forks without end is stopped' says 'Resource temporarily unavailable' try fork
  check 'who eats memory is ended' ended_by_the_kernel memory
  check 'and all stay up' wait_until 30 health
  check 'nobody was started again' test "$(lives)" = "$before"
}

# shellcheck disable=SC2016 # expanded there, not here
part_attack() {
  behind_the_firewall
  check 'the audit passes' says '^[0-9]+ containers, [0-9]+ rules asked, 0 waived, 0 broken$' in_home scripts/audit.sh
  check 'nginx does not find a database' says 'Resolving timed out|Could not resolve host: db' from nginx curl --max-time 3 telnet://db:5432
  check 'a file system cannot be written to' says 'Read-only file system' from backend python -c "'open(\"/srv/app/x\", \"w\")'"
  check 'there is no way out of the network of stores' says 'Network is unreachable' in_home 'docker compose exec -T db bash -c "timeout 3 bash -c \"</dev/tcp/'"$machine_gateway"'/22\""'
  inside_a_container
  check 'secrets are closed to others' says '^700$' in_home 'stat -c %a secrets'
  check 'docker compose by hand changes nothing' says '^same$' in_home \
    'before=$(docker ps --quiet | sort); docker compose up --detach >/dev/null 2>&1; [[ $(docker ps --quiet | sort) == "$before" ]] && echo same'
}
