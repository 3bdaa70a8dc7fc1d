# shellcheck shell=bash disable=SC2154 # $ground, $tools and $run are those of tests/ground; $work, $repo, $project and $home are the caller's
# A second machine: its own root file system, processes, network and Docker engine, all of Debian's packages.
#
# Deploys are proven on something that can be reached only as a server is reached (ssh, ports 80 and 443), that can lose
# its power, and that another engine's containers cannot be mistaken for. Everything of it lies in one folder and in one
# process tree: when its first process is killed, all of it is gone.

machine_packages_wanted=ca-certificates,containerd,curl,docker.io,docker-cli,docker-compose,iproute2,iptables,make,nftables,openssh-server,openssl,procps,systemd,systemd-timesyncd,unattended-upgrades

# Where copies of other people's images are: the machine reaches no other registry. Each run has its own, since a registry may
# answer 500 to whoever reads what is being pushed again.
mirror=$SCAFFOLD_REGISTRY/mirror-$$

# The address of the machine, and the one of this side of its cable. Several may run at once.
machine_number=7
while [[ -e /run/netns/scaffold-host-$machine_number ]]; do machine_number=$((machine_number + 1)); done
machine_address=10.213.$machine_number.2
machine_gateway=10.213.$machine_number.1
machine_netns=scaffold-host-$machine_number
machine_root=$work/root

machine_tarball() {
    local key
    key=$(printf '%s\n' "$machine_packages_wanted" "$newer_suite" "$(uname -m)" | key_of)
    printf '%s\n' "$ground/host-$key.tar"
}

make_machine_tarball() {
    local target
    target=$(machine_tarball)
    [[ ! -s $target ]] || return 0
    talk "making the image of a second machine"
    PATH=$tools/sbin:$PATH nice "$tools/sbin/mmdebstrap" --quiet --variant=minbase --include="$machine_packages_wanted" \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$newer_suite" "$target.part.tar" "$(mirror)" >&2
    mv "$target.part.tar" "$target"
}

# The keys of this test: of who administers the machine, and of deploys.
make_keys() {
    local name
    for name in mine deploys; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$work/$name"; done
}

# The disk of a machine as it is rented: the packages are there, for it reaches no mirror, and the key of who administers
# it; nothing else of a server is.
machine_install() {
    make_machine_tarball
    mkdir -p "$machine_root"
    tar --extract --file "$(machine_tarball)" --directory "$machine_root" --exclude './dev/*'
    # What a start does is a file of the machine, as it is on any.
    install -m 0755 "$here/host.d/boot" "$machine_root/sbin/boot"
    echo >"$machine_root/etc/apt/sources.list"
    echo host >"$machine_root/etc/hostname"
    printf '127.0.0.1 localhost\n' >"$machine_root/etc/hosts"
    install -D -m 0600 "$work/mine.pub" "$machine_root/root/.ssh/authorized_keys"
    # Swap and the kernel's settings would be those of the machine that runs this test.
    touch "$machine_root/swapfile"
    install -D -m 0644 "$repo/server/etc/sysctl.d/60-server.conf" "$machine_root/etc/sysctl.d/60-server.conf"
}

# The first command of docs/deploy.md, typed in the checkout. Then off and on: what a set-up leaves for the next start (the
# firewall, the settings of sshd and Docker) is in force by itself.
set_up_server() {
    printf '%s %s\n' "$machine_address" "$(<"$machine_root/etc/ssh/ssh_host_ed25519_key.pub")" >"$work/known_hosts"
    typed "$(documented deploy 'A server' | sed '/^ssh -t/,$d')" || return 1
    machine_cut_power
    machine_start
}
# The second one, which makes its settings and secrets.
make_settings() { typed "$(documented deploy 'A server' | sed -n '/^ssh -t/,$p')"; }
typed() { (cd "$repo" && ssh() { ssh_with mine -o HostName="$machine_address" "$@"; } && eval "$1"); }

# ssh_with KEY WORD...
ssh_with() {
    command ssh -i "$work/$1" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes \
        -o UserKnownHostsFile="$work/known_hosts" -o ServerAliveInterval=15 "${@:2}"
}

# The cable between here and there. Nothing else is reachable from the machine.
machine_connect() {
    local link=sh$machine_number
    ip netns add "$machine_netns"
    ip link add "$link" type veth peer name eth0 netns "$machine_netns"
    ip address add "$machine_gateway/30" dev "$link"
    ip link set "$link" up
    ip -n "$machine_netns" address add "$machine_address/30" dev eth0
    ip -n "$machine_netns" link set lo up
    ip -n "$machine_netns" link set eth0 up
    ip -n "$machine_netns" route add default via "$machine_gateway"
}

machine_disconnect() {
    ip link delete "sh$machine_number" 2>/dev/null || true
    ip netns delete "$machine_netns" 2>/dev/null || true
}

# Power on. The registry of the ground answers there under the address that it has here.
machine_start() {
    # A server has its processors to itself; here others work beside it.
    nice --adjustment=-10 setsid nsenter --net="/run/netns/$machine_netns" \
        unshare --mount --pid --uts --ipc --fork --kill-child --propagation private \
        "$here/host.d/enter" "$machine_root" "$machine_netns" </dev/null >>"$work/machine.log" 2>&1 &
    printf '%s\n' "$!" >"$work/machine.pid"
    disown "$!"
    machine_has_priority
    python3 "$here/host.d/wire" "$machine_netns" "${SCAFFOLD_REGISTRY##*:}" "$work/trouble" </dev/null >>"$work/machine.log" 2>&1 &
    printf '%s\n' "$!" >"$work/wire.pid"
    disown "$!"
    wait_for 60 "the engine of the second machine" on_machine_as_root docker version || {
        tail -n 20 "$work/machine.log" >&2
        return 1
    }
}

# Power off, without a word to anybody inside.
machine_cut_power() {
    local name pid
    for name in wire machine; do
        pid=$(cat "$work/$name.pid" 2>/dev/null) || continue
        pkill -KILL -P "$pid" 2>/dev/null || true
        kill -KILL "$pid" 2>/dev/null || true
        wait_for 10 "end of $name" gone "$pid" || true
        rm -f "$work/$name.pid"
    done
    machine_forget_cgroups
}

# Between groups of processes it is not niceness that counts, but the weight of the group.
machine_has_priority() {
    local group=/sys/fs/cgroup/cpu/$machine_netns
    if [[ -e /sys/fs/cgroup/cpu/cpu.shares ]]; then
        mkdir -p "$group"
        echo 16384 >"$group/cpu.shares"
    elif [[ -w /sys/fs/cgroup/cgroup.subtree_control ]]; then
        mkdir -p "/sys/fs/cgroup/$machine_netns"
        echo 1600 >"/sys/fs/cgroup/$machine_netns/cpu.weight" || true
    fi
}

# Control groups of containers outlive a process tree that was killed; on a real machine they go with the kernel.
machine_forget_cgroups() {
    find /sys/fs/cgroup -depth -type d \( -path "*/$machine_netns" -o -path "*/$machine_netns/*" \) -exec rmdir {} + 2>/dev/null || true
}

machine_down() {
    machine_cut_power
    machine_disconnect
    rm -rf --one-file-system "$work/root"
}

# Inside, past ssh: for what a person at the console would do.
console() { pgrep -P "$(<"$work/machine.pid")" | head -n 1; }
on_machine_as_root() {
    local pid
    pid=$(console) || return 1
    nsenter --target "$pid" --mount --pid --net --uts --ipc --root --wdns=/ env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
}

# As the user that deploys, and in the folder of the stack, which is the caller's $home.
on_machine() { on_machine_as_root setpriv --reuid deploy --regid deploy --init-groups env HOME=/home/deploy "$@"; }
in_home() { on_machine bash -c "cd $home && $1"; }

# mirror_images FOLDER: other people's images that its compose.yaml names, to where the machine reaches them.
mirror_images() {
    local image
    while read -r image; do
        docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null
        docker tag "$image" "$mirror/$image"
        docker push --quiet "$mirror/$image" >/dev/null
        # The registry goes with the ground, the engine's tags would stay.
        docker image rm "$mirror/$image" >/dev/null
    done < <(sed -n 's/^ *image: //p' "$1/compose.yaml" | sort -u)
}
