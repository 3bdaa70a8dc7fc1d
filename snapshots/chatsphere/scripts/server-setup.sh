#!/usr/bin/env bash
# Makes a server of an empty Debian or Ubuntu host, from server/ and systemd/:
# Docker, the user of deploys, sshd, firewall, updates, timers. It adds what is
# missing: a second run changes nothing, and says so.
# usage, as root, in /srv/chatsphere: scripts/server-setup.sh ['PUBLIC KEY OF DEPLOYS']
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

home=/srv/chatsphere
key=${1-}
SWAP_MIB=${SWAP_MIB:-2048}
changes=0
changed() {
  log "changed: $*"
  changes=$((changes + 1))
}

# place FILE TARGET [MODE [GROUP]]: fails when it is there already.
place() {
  local mode=${3:-644}
  ! { cmp --quiet "$1" "$2" && [[ $(stat --format=%a:%U "$2") == "$mode:root" ]]; } || return 1
  install -D --owner=root --group="${4:-root}" --mode="$mode" "$1" "$2"
  changed "$2"
}

# tell COMMAND...: to systemd, where it runs (an image being built has none).
tell() { [[ ! -d /run/systemd/system ]] || systemctl --quiet "$@"; }

# --- packages, all of the distribution

installed() { [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
candidate() { apt-cache policy "$1" | sed -n 's/^  Candidate: //p' | grep -v none; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@" >&2; }

install_packages() {
  local package missing=()
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  ((${#missing[@]})) || return 0
  apt --yes --no-install-recommends install "${missing[@]}"
  changed "packages ${missing[*]}"
}

# Debian's name for Compose was that of its first version for long.
install_docker() {
  local compose client=()
  ! docker compose version >/dev/null 2>&1 || return 0
  for compose in docker-compose-v2 docker-compose; do
    dpkg --compare-versions "$(candidate "$compose")" ge 2.24.4 && break
    [[ $compose != docker-compose ]] || die 'the packages here have no Compose of 2.24.4 or later: take Debian 13, Ubuntu 24.04 or later'
  done
  [[ -z $(candidate docker-cli) ]] || client=(docker-cli)
  install_packages docker.io "$compose" "${client[@]}"
}

# --- who may come in

# Releases differ in how they write the names.
sshd_says() { sshd -T | sed -n "s/^$1 //Ip"; }

# Nobody is locked out: whoever has only a password so far is told so first.
harden_sshd() {
  local file found='' conf=/etc/ssh/sshd_config.d/00-server.conf before
  for file in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
    [[ ! -s $file ]] || found=$file
  done
  [[ -n $found ]] || die 'no account here has a key (~/.ssh/authorized_keys) that you could come back with: ssh-copy-id root@HOST, then again'
  mkdir -p /run/sshd
  before=$(cat "$conf" 2>/dev/null || true)
  if place "server$conf" "$conf"; then
    sshd -t || {
      if [[ -n $before ]]; then printf '%s\n' "$before" >"$conf"; else rm "$conf"; fi
      die "sshd does not take server$conf: its configuration is as it was"
    }
    tell reload ssh
  fi
  [[ $(sshd_says passwordauthentication) == no ]] || die 'sshd still takes passwords: which file in /etc/ssh comes before 00-server.conf?'
}

# The key of deploys may call one program.
make_deploy_user() {
  local keys=/etc/ssh/authorized_keys/deploy new
  id deploy >/dev/null 2>&1 || { useradd --create-home --shell /bin/bash deploy && changed 'user deploy'; }
  # No password is not the same as locked: sshd lets nobody in whose account is locked.
  [[ $(getent shadow deploy | cut -d: -f2) == '*' ]] || { usermod --password '*' deploy && changed 'deploy has no password'; }
  # Whoever may use Docker is root on this host.
  [[ " $(id -nG deploy) " == *' docker '* ]] || { usermod --append --groups docker deploy && changed 'deploy uses Docker'; }
  new=$(mktemp)
  [[ ! -e $keys ]] || cat "$keys" >"$new"
  if [[ -n $key ]]; then
    ssh-keygen -l -f - <<<"$key" >/dev/null || die "not a public key: $key" 2
    grep --quiet --fixed-strings "$key" "$new" || printf 'command="%s/scripts/receive.sh",restrict %s\n' "$home" "$key" >>"$new"
  fi
  place "$new" "$keys" || true
  rm "$new"
  [[ -s $keys ]] || warn "no key may deploy yet: scripts/server-setup.sh 'ssh-ed25519 AAAA...'"
  ! grep --quiet --invert-match '^command=' "$keys" || warn "$keys has keys that may do more than deploy"
}

# --- the machine

raise_firewall() {
  local port
  for port in $(sshd_says port); do
    grep --quiet "elements.*\<$port\>" server/etc/nftables.d/server.nft ||
      die "sshd listens on $port: add it to the set in server/etc/nftables.d/server.nft"
  done
  nft --check --file server/etc/nftables.d/server.nft
  ! place server/etc/nftables.d/server.nft /etc/nftables.d/server.nft || tell try-reload-or-restart chatsphere-firewall.service
}

make_swap() {
  [[ -z $(swapon --show --noheadings) && ! -e /swapfile ]] || return 0
  (($(df --output=avail --block-size=1M / | tail -n 1) > 4 * SWAP_MIB)) || { warn "no swap: less than four times $SWAP_MIB MiB of disk are free" && return 0; }
  install --mode=600 /dev/null /swapfile
  dd if=/dev/zero of=/swapfile bs=1M count="$SWAP_MIB" status=none
  mkswap --quiet /swapfile
  grep --quiet '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab
  swapon /swapfile || warn 'the swap file cannot be used here'
  changed '/swapfile'
}

# Units bear the name of the project; those that systemd/ has no more of go.
install_units() {
  local unit name reload=
  for unit in /etc/systemd/system/chatsphere-*.{service,timer}; do
    name=${unit##*/chatsphere-}
    [[ -e $unit && ! -e systemd/$name ]] || continue
    systemctl --quiet disable "${unit##*/}"
    tell stop "${unit##*/}"
    rm "$unit"
    changed "$unit is gone"
    reload=yes
  done
  for unit in systemd/*; do
    ! place "$unit" "/etc/systemd/system/chatsphere-${unit##*/}" || reload=yes
  done
  [[ -z $reload ]] || tell daemon-reload
  for unit in systemd/firewall.service systemd/*.timer; do
    [[ -e $unit ]] || continue
    unit=chatsphere-${unit##*/}
    systemctl --quiet is-enabled "$unit" 2>/dev/null || { systemctl --quiet enable "$unit" && changed "$unit is enabled"; }
    tell start "$unit"
  done
}

# What came by hand so far belongs to deploys; the rest of the folder is theirs already.
own_folder() {
  [[ $(stat --format=%a:%U . secrets 2>/dev/null) == $'750:deploy\n700:deploy' ]] || {
    install --directory --owner=deploy --group=deploy --mode=750 .
    install --directory --owner=deploy --group=deploy --mode=700 secrets
    changed "$home and its secrets are closed to others"
  }
  [[ -z $(find scripts server systemd compose.yaml .env.example ! -user deploy -print -quit) ]] || {
    chown --recursive --no-dereference deploy:deploy scripts server systemd compose.yaml .env.example
    changed "$home belongs to deploy"
  }
}

[[ $EUID == 0 ]] || die 'this is for root' 2
[[ $PWD == "$home" ]] || die "this is for $home: docs/deploy.md says how it gets there" 2
command -v apt-get >/dev/null || die 'this is for Debian, Ubuntu and what comes of them'

apt update || die 'the packages of the distribution are out of reach'
install_packages ca-certificates curl iproute2 make nftables openssh-server openssl procps unattended-upgrades util-linux
# Certificates, logs and signatures to S3 need the right time.
installed chrony || installed ntpsec || installed openntpd || install_packages systemd-timesyncd
place server/etc/apt/apt.conf.d/60-server.conf /etc/apt/apt.conf.d/60-server.conf || true
! place server/etc/systemd/journald.conf.d/server.conf /etc/systemd/journald.conf.d/server.conf || tell restart systemd-journald
! place server/etc/sysctl.d/60-server.conf /etc/sysctl.d/60-server.conf || sysctl --quiet --load=/etc/sysctl.d/60-server.conf || true
make_swap
# Docker reads it at its first start. A file that somebody else wrote stays.
[[ -e /etc/docker/daemon.json ]] || { place server/etc/docker/daemon.json /etc/docker/daemon.json && tell try-reload-or-restart docker; }
cmp --quiet server/etc/docker/daemon.json /etc/docker/daemon.json || warn '/etc/docker/daemon.json is not that of server/: does it limit logs?'
install_docker
harden_sshd
make_deploy_user
own_folder
raise_firewall
install_units
if ((changes)); then log "$changes changes; the server is set up"; else log 'nothing to change'; fi
