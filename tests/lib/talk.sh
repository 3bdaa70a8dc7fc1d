# shellcheck shell=bash
# What tests that run emitted repositories share. Sourced from the root of this project.

checks_passed=0
checks_failed=0

say() { printf '== %s (after %s s)\n' "$*" "$SECONDS" >&2; }

# check "NAME" COMMAND...: counts it; what a failed one said is shown, and how long a slow one took.
check() {
  local name=$1 said begin=$SECONDS code=0
  shift
  said=$("$@" 2>&1) || code=$?
  ((SECONDS - begin < 5)) || name+=" ($((SECONDS - begin)) s)"
  if [[ $code == 0 ]]; then
    checks_passed=$((checks_passed + 1))
    printf 'ok      %s\n' "$name"
  else
    checks_failed=$((checks_failed + 1))
    printf 'FAILED  %s\n%s\n' "$name" "$said"
  fi
}

checks_done() {
  printf '%s passed, %s failed\n' "$checks_passed" "$checks_failed"
  printf 'checked %s things\n' "$((checks_passed + checks_failed))"
  ((checks_failed == 0 && checks_passed > 0))
}

# says PATTERN COMMAND...: what it prints has a line like that, however it ends.
says() {
  local said pattern=$1
  shift
  said=$("$@" 2>&1) || true
  grep -Eq -- "$pattern" <<<"$said" || { printf '%s\n' "$said" && return 1; }
}
fails() { ! "$@"; }

# wait_until SECONDS COMMAND...
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { printf 'not in time: %s\n' "$*" >&2 && return 1; }
    sleep 0.2
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# needs PROGRAM[:PACKAGE]...: installs those that are missing, on a Debian that is root's.
needs() {
  local one packages=()
  for one in "$@"; do
    command -v "${one%%:*}" >/dev/null || packages+=("${one#*:}")
  done
  ((${#packages[@]} == 0)) || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${packages[@]}"; } >&2
}

# The newest binary, or the one that is asked for; blueprints are read from the folder, so a change of them needs no build.
scaffold() {
  [[ -z ${SCAFFOLD_BINARY-} ]] || { printf '%s\n' "$SCAFFOLD_BINARY" && return; }
  # shellcheck disable=SC2012 # names without blanks
  ls -t target/*/release/scaffold target/*/debug/scaffold 2>/dev/null | head -n 1
}

# pin KEY [MAJOR]: an image of blueprints/pins.yaml.
pin() {
  if (($# == 1)); then
    sed -n "s/^  $1: *//p" blueprints/pins.yaml
  else
    sed -n "s/^  $1:.*\"$2\": *\([^,} ]*\).*/\1/p" blueprints/pins.yaml
  fi
}

# documented PAGE HEADING: the commands that docs/ of $repo has there, with the key of deploys that the test made.
# shellcheck disable=SC2154 # $repo and $work are the caller's
documented() {
  sed -n "/^## $2\$/,/^## /p" "$repo/docs/$1.md" | sed -n '/^```sh$/,/^```$/{/^```/d;p}' |
    sed "s|ssh-ed25519 AAAA... deploys|$(<"$work/deploys.pub")|"
}
