# shellcheck shell=bash disable=SC2034,SC2154 # the settings are those of tests/ground, which sources this file
# A registry on loopback, because a deploy is only proven when an image was pushed, pulled and named by its digest.
# An engine trusts 127.0.0.0/8 without TLS, so nothing needs configuring on the client's side.

registry_container=scaffold-ground-registry

registry_address() { printf '127.0.0.1:%s\n' "$(cat "$run/registry.port" 2>/dev/null || printf 5000)"; }

port_taken() { (exec 8<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# An open port is no answer: the proxy of an engine listens before the container does.
registry_at() (
    local answer
    exec 8<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET /v2/ HTTP/1.0\r\n\r\n' >&8
    read -r -t 5 answer <&8 && [[ $answer == *' 200 '* ]]
) 2>/dev/null
registry_answers() { [[ -f $run/registry.port ]] && registry_at "$(<"$run/registry.port")"; }

free_port() {
    local port
    for port in {5000..5099}; do
        port_taken "$port" || {
            printf '%s\n' "$port"
            return
        }
    done
    fail "no free port between 5000 and 5099 for the registry"
}

# What tests push is of no use to the next run, so it lies beside the sockets and goes with them.
registry_config() {
    cat <<CONF
version: 0.1
log: { level: warn }
storage:
  filesystem: { rootdirectory: $run/registry }
  delete: { enabled: true }
http: { addr: 127.0.0.1:$1 }
CONF
}

start_registry() {
    local kind=$1 port
    registry_answers && return
    port=$(free_port)
    mkdir -p "$run"
    started_registry=1
    if [[ $kind == own || -d $tools ]]; then
        registry_config "$port" >"$run/registry.yml"
        daemon registry "$tools/sbin/docker-registry" serve "$run/registry.yml"
    else
        docker rm --force "$registry_container" >/dev/null 2>&1 || true
        docker run --detach --name "$registry_container" --publish "127.0.0.1:$port:5000" registry:3 >/dev/null
        touch "$run/registry.container"
    fi
    wait_for 30 "the registry at port $port" registry_at "$port" || fail_with_log registry
    printf '%s\n' "$port" >"$run/registry.port"
}

stop_registry() {
    stop registry
    if [[ -e $run/registry.container ]]; then
        docker rm --force --volumes "$registry_container" >/dev/null 2>&1 || true
    fi
    rm -rf "$run"/registry*
}
