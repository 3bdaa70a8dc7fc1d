# shellcheck shell=bash disable=SC2034,SC2154 # the settings are those of tests/ground, which sources this file
# Today's Docker out of Debian packages, beside the machine's own packages and not among them.
#
# A CI machine is often Debian stable with an engine that is years old, or none. Forky's binaries run on an older
# Debian when they are unpacked and not installed; what they need from the C library's own release (runc, iptables)
# comes from the machine's suite. Nothing is installed: apt works on lists of its own, in the cache.

newer_suite=forky
engine_packages=(docker.io docker-cli containerd docker-buildx docker-compose docker-registry tini-static)
machine_packages=(runc iptables mmdebstrap)

need_debian_root() {
    [[ $(id -u) -eq 0 ]] || fail "no Docker engine answers, and starting one needs root"
    local program
    [[ $(. /etc/os-release && printf '%s' "$ID") == debian ]] ||
        fail "no Docker engine answers, and only a Debian can start one out of packages"
    for program in apt-get dpkg perl gpgv ip setsid; do
        command -v "$program" >/dev/null || fail "no Docker engine answers, and starting one needs $program"
    done
    ((${#ground} <= 60)) || fail "SCAFFOLD_GROUND is too long for the sockets inside it: $ground"
}

machine_suite() { (. /etc/os-release && printf '%s\n' "$VERSION_CODENAME"); }

# The mirror is the one this machine is set up to use; only the suite changes.
mirror() {
    local suite
    suite=$(machine_suite)
    apt-get indextargets --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" 'Created-By: Packages' |
        awk -v suite="$suite" '$1 == suite && $2 == "main" && !seen++ { print $3 }'
}

# apt_for SUITE STATUS: prints the configuration of an apt with its own sources, lists and archives. With an empty
# status it sees no package as installed; with the machine's, it fetches only what is missing.
apt_for() {
    local suite=$1 status=$2 home=$ground/apt/$1 uri
    uri=$(mirror)
    [[ $uri ]] || fail "no Debian mirror in this machine's apt sources"
    mkdir -p "$home"/{lists/partial,archives/partial,etc/apt.conf.d,etc/preferences.d}
    touch "$home/empty"
    printf 'deb [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$uri" "$suite" \
        >"$home/sources.list"
    # A mirror's copy of a testing suite may be past its date; the signature still holds.
    cat >"$home/apt.conf" <<CONF
Dir::Etc "$home/etc";
Dir::Etc::sourcelist "$home/sources.list";
Dir::State::lists "$home/lists";
Dir::State::status "${status:-$home/empty}";
Dir::Cache "$home";
Dir::Cache::archives "$home/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
DPkg::Lock::Timeout "600";
CONF
    printf '%s\n' "$home/apt.conf"
}

# The lists go stale within hours: whoever is about to download asks for fresh ones first.
fresh_lists() {
    local suite=$1 status=${2:-} config
    config=$(apt_for "$suite" "$status")
    APT_CONFIG=$config apt-get -qq update >&2
    printf '%s\n' "$config"
}

# An iptables that is not installed does not find its libraries and extensions by itself.
wrap_iptables() {
    local root=$1 target=$2 home=$3 flavour program libraries
    libraries=$root/usr/lib/$(uname -m)-linux-gnu
    for flavour in nft legacy; do
        for program in iptables ip6tables; do
            printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%q XTABLES_LIBDIR=%q\nexec %q %s "$@"\n' \
                "${libraries/$root/$home}" "${libraries/$root/$home}/xtables" \
                "$home/usr/sbin/xtables-$flavour-multi" "$program" >"$target/$program-$flavour"
            chmod 755 "$target/$program-$flavour"
        done
    done
}

unpack_tools() {
    local target=$1 config deb suite
    suite=$(machine_suite)
    scratch=$target.part
    rm -rf "$scratch"
    mkdir -p "$scratch"/{debs,root,bin,sbin}
    config=$(fresh_lists "$newer_suite")
    (cd "$scratch/debs" && APT_CONFIG=$config apt-get -qq download "${engine_packages[@]}")
    config=$(fresh_lists "$suite" /var/lib/dpkg/status)
    (cd "$scratch/debs" && APT_CONFIG=$config apt-get -qq download "${machine_packages[@]}")
    # The libraries of those, unless the machine has them.
    APT_CONFIG=$config apt-get -qq -y --no-install-recommends --download-only install "${machine_packages[@]}" >/dev/null
    find "$ground/apt/$suite/archives" -maxdepth 1 -name 'lib*.deb' -exec cp -t "$scratch/debs" {} +
    for deb in "$scratch"/debs/*.deb; do
        nice dpkg -x "$deb" "$scratch/root"
    done
    rm -rf "$ground/apt/$suite" "$scratch/debs" "$scratch/root/usr/share/doc" "$scratch/root/usr/share/man"
    # Only the client goes into the caller's PATH; the engine finds its helpers in sbin, which is the engine's alone.
    ln -s ../root/usr/bin/docker "$scratch/bin/docker"
    ln -s ../root/usr/bin/{containerd,containerd-shim-runc-v2,docker-registry,mmdebstrap,mmtarfilter} \
        ../root/usr/sbin/{dockerd,docker-proxy,runc} "$scratch/sbin/"
    ln -s ../root/usr/bin/tini-static "$scratch/sbin/docker-init"
    wrap_iptables "$scratch/root" "$scratch/sbin" "$target/root"
    mv "$scratch" "$target"
    scratch=
}

# iptables speaks to one of two kernel interfaces, and a kernel may have only one of them.
choose_iptables() {
    local target=$1 flavour
    for flavour in nft legacy; do
        if "$target/sbin/iptables-$flavour" -t nat -L -n >/dev/null 2>&1; then
            ln -sfn "iptables-$flavour" "$target/sbin/iptables"
            ln -sfn "ip6tables-$flavour" "$target/sbin/ip6tables"
            return
        fi
    done
    fail "neither nftables nor legacy iptables works in this kernel"
}

# Only asked for while no engine of ours runs, so that what an older recipe unpacked can go.
ensure_tools() {
    local target
    target=$ground/tools-$(machine_suite | key_of "$here/ground.d/packages.sh")
    [[ $(readlink -f "$tools") == "$target" && -d $target ]] && return
    rm -rf "$ground"/tools-*
    talk "fetching the engine from Debian $newer_suite"
    unpack_tools "$target"
    choose_iptables "$target"
    ln -sfn "$target" "$tools"
}
