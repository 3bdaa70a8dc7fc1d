# shellcheck shell=bash disable=SC2034,SC2154 # the settings are those of tests/ground, which sources this file
# How the ground speaks and waits: stdout belongs to the lines that a caller evals, so all talk goes to stderr.

talk() { printf 'ground: %s\n' "$*" >&2; }
say() { printf '%s\n' "$*"; }
fail() {
    talk "$*"
    exit 1
}

# The log is shown, since giving up removes the folder that it lies in.
fail_with_log() {
    [[ ! -f $run/$1.log ]] || tail -n 20 "$run/$1.log" >&2
    fail "$1 did not start"
}

# wait_for SECONDS WHAT COMMAND...: returns as soon as the command succeeds.
wait_for() {
    local seconds=$1 what=$2
    local deadline=$((SECONDS + seconds))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            talk "$what: not within $seconds s"
            return 1
        fi
        sleep 0.1
    done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# daemon NAME COMMAND...: in a session of its own, so that a Ctrl-C meant for the caller of `up` does not reach it,
# without the lock or the caller's stdout, and not in the caller's folder, which may go before it.
daemon() {
    local name=$1
    shift
    (cd / && exec setsid "$@" </dev/null >"$run/$name.log" 2>&1 9>&-) &
    printf '%s\n' "$!" >"$run/$name.pid"
}

# A pid file can outlive a reboot; only a process whose program lies in our cache is ours to stop.
pid_of() {
    local pid
    pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
    [[ $(readlink "/proc/$pid/exe" 2>/dev/null) == "$(realpath "$ground")"/* ]] && printf '%s\n' "$pid"
}

stop() {
    local pid
    pid=$(pid_of "$1") || return 0
    kill "$pid" 2>/dev/null || true
    if ! wait_for 30 "end of $1" gone "$pid"; then
        kill -KILL "$pid" 2>/dev/null || true
        wait_for 10 "end of $1, killed" gone "$pid" || true
    fi
    rm -f "$run/$1.pid"
}

# One short key for any number of files and words: the cache is keyed by what goes in.
key_of() { cat -- "$@" /dev/stdin | sha256sum | cut -c1-16; }
