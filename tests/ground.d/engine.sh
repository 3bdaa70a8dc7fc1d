# shellcheck shell=bash disable=SC2034,SC2154 # the settings are those of tests/ground, which sources this file
# Which engine the tests talk to, and an engine of our own when there is none.
#
# The machine may get a Docker of its own any day, so ours shares nothing with it: socket, data, state, containerd,
# client configuration and plugins all lie in the cache folder. (Only containerd's shims open their sockets, under names
# made from ours, in a folder that is compiled into them.)

own_answers() { DOCKER_CONFIG=$ground/config docker_at "unix://$socket" version; }
docker_at() {
    local host=$1
    shift
    DOCKER_HOST=$host PATH=$tools/bin:$PATH timeout 20 docker "$@" >/dev/null 2>&1
}

# What the caller's own settings point at: DOCKER_HOST, else the current context.
callers_host() {
    if [[ ${DOCKER_HOST:-} ]]; then
        printf '%s\n' "$DOCKER_HOST"
    else
        docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || printf 'unix:///var/run/docker.sock\n'
    fi
}

# own, foreign or none.
engine_kind() {
    local host
    host=$(callers_host)
    if [[ $host != "unix://$socket" ]] && docker_at "$host" version; then
        printf 'foreign\n'
    elif [[ -S $socket ]] && own_answers; then
        printf 'own\n'
    else
        printf 'none\n'
    fi
}

# The rest of this script talks to the engine that was chosen, through the environment that it prints.
use_engine() {
    if [[ $1 == own ]]; then
        export DOCKER_HOST=unix://$socket DOCKER_CONFIG=$ground/config
        docker() { "$tools/bin/docker" "$@"; }
    else
        DOCKER_HOST=$(callers_host)
        export DOCKER_HOST DOCKER_CONFIG=${DOCKER_CONFIG:-$HOME/.docker}
    fi
}

client_config() {
    local plugins=$ground/config/cli-plugins
    mkdir -p "$plugins"
    [[ -f $ground/config/config.json ]] || printf '{}\n' >"$ground/config/config.json"
    ln -sfn "$tools"/root/usr/libexec/docker/cli-plugins/docker-{buildx,compose} "$plugins/"
}

containerd_config() {
    cat <<CONF
version = 3
root = "$ground/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri"]
[grpc]
  address = "$run/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$ground/containerd/opt"
CONF
}

# The pool is cut small (a /24 for each network), since every test makes networks of its own and the default pool has
# room for thirty.
dockerd_config() {
    cat <<CONF
{
  "hosts": ["unix://$socket"],
  "data-root": "$ground/docker",
  "exec-root": "$run/docker",
  "pidfile": "$run/engine.pid",
  "containerd": "$run/containerd.sock",
  "group": "root",
  "ip-forward-no-drop": true,
  "default-address-pools": [{ "base": "172.20.0.0/14", "size": 24 }],
  "log-level": "warn"
}
CONF
}

start_engine() {
    # What a crash or a reboot left.
    stop_registry
    stop_engine
    ensure_tools
    client_config
    mkdir -p "$run"
    [[ -e /sys/class/net/docker0 ]] || touch "$run/made-docker0"
    containerd_config >"$run/containerd.toml"
    dockerd_config >"$run/daemon.json"
    talk "starting the engine"
    started_engine=1
    local -x PATH=$tools/sbin:$PATH
    daemon containerd "$tools/sbin/containerd" --config "$run/containerd.toml"
    wait_for 30 containerd test -S "$run/containerd.sock" || fail_with_log containerd
    daemon dockerd "$tools/sbin/dockerd" --config-file "$run/daemon.json"
    wait_for 60 dockerd own_answers || fail_with_log dockerd
    clear_engine
}

# Mounts of a killed engine stay behind and would make the folder impossible to remove.
clear_run() {
    local mount
    while read -r mount; do umount -l "$mount" 2>/dev/null || true; done \
        < <(awk -v ground="$ground/" 'index($2, ground) == 1 { print $2 }' /proc/mounts | sort -r)
    rm -rf "$run"
}

# Containers outlive an engine that was killed.
kill_orphans() {
    local task ctr=("$tools/root/usr/bin/ctr" --address "$run/containerd.sock" --namespace moby)
    while read -r task; do "${ctr[@]}" tasks rm --force "$task" || true; done < <("${ctr[@]}" tasks ls --quiet)
} >/dev/null 2>&1

# Containers, networks and volumes belong to the run; images and build cache belong to the cache.
clear_engine() (
    ours=()
    use_engine own
    mapfile -t ours < <(docker ps --all --quiet)
    ((${#ours[@]} == 0)) || docker rm --force --volumes "${ours[@]}"
    docker network prune --force
    docker volume prune --all --force
) >/dev/null

stop_engine() {
    [[ -d $run ]] || return 0
    if pid_of dockerd >/dev/null && own_answers; then
        clear_engine || true
    fi
    stop dockerd
    ! pid_of containerd >/dev/null || kill_orphans
    stop containerd
    [[ -e $run/made-docker0 ]] && ip link delete docker0 2>/dev/null
    clear_run
}
