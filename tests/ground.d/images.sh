# shellcheck shell=bash disable=SC2034,SC2154 # the settings are those of tests/ground, which sources this file
# The base and the stand-ins: for every image that blueprints/pins.yaml names, one with the same name, tag and
# contract, with the real server inside.
#
# Nothing here repeats a tag: the pins say what to build, tests/images/<key of the pin>/ says how. An image carries
# the key of its recipe in a label, so that `up` rebuilds what changed and nothing else.

recipe_label=scaffold.ground.recipe

# Lines of "key major reference" (major is - when the pin has none), from the images block of the pins.
pinned_images() {
    local line key value pair inside=
    while IFS= read -r line; do
        [[ $line =~ ^[a-z] ]] && inside=$line
        [[ $inside == images:* && $line =~ ^\ \ ([a-z_0-9]+):\ +(.+)$ ]] || continue
        key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
        if [[ $value != \{* ]]; then
            printf '%s - %s\n' "$key" "$value"
            continue
        fi
        value=${value//[\{\}\" ]/}
        for pair in ${value//,/ }; do
            printf '%s %s %s\n' "$key" "${pair%%:*}" "${pair#*:}"
        done
    done <"$pins"
}

# The engine is asked, not the client: it is the engine that will pull. The smallest pinned image serves.
registry_in_reach() {
    local reference
    reference=$(pinned_images | awk '$1 == "distroless_static" { print $3 }')
    timeout 90 docker pull --quiet "$reference" >/dev/null 2>&1
}

base_key() {
    { declare -f make_base import_base && machine_authorities && printf '%s\n' "$newer_suite" "$(uname -m)"; } | key_of
}

# This machine's authorities, which may include the one of a proxy that opens TLS.
machine_authorities() { cat /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/*.crt 2>/dev/null || true; }

# Manuals and translations are a third of a small image, and the upstream slim images drop them as well. The extra
# authorities go in as sources too, so that a later update-ca-certificates keeps them.
make_base() {
    local target=$1
    # It calls its own helper by name.
    PATH=$tools/sbin:$PATH nice "$tools/sbin/mmdebstrap" --quiet --variant=minbase --include=ca-certificates \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="cp -t \"\$1/usr/local/share/ca-certificates\" /usr/local/share/ca-certificates/*.crt || true" \
        --customize-hook="cp /etc/ssl/certs/ca-certificates.crt \"\$1/etc/ssl/certs/ca-certificates.crt\"" \
        --customize-hook="rm -f \"\$1/etc/hostname\" \"\$1/etc/resolv.conf\"" \
        "$newer_suite" "$target" "$(mirror)" >&2
}

# pip, npm and others bring authorities of their own and have to be told about the machine's.
import_base() {
    local bundle=/etc/ssl/certs/ca-certificates.crt
    docker import --change "ENV SSL_CERT_FILE=$bundle PIP_CERT=$bundle REQUESTS_CA_BUNDLE=$bundle NODE_EXTRA_CA_CERTS=$bundle" \
        --change 'CMD ["bash"]' "$1" "$2" >/dev/null
}

ensure_base() {
    local image=$1 tarball
    tarball=$ground/base-${image##*:}.tar
    docker image inspect "$image" >/dev/null 2>&1 && return
    if [[ ! -f $tarball ]]; then
        talk "making the base image"
        rm -f "$ground"/base-*.tar
        scratch=$tarball.part.tar
        make_base "$scratch"
        mv "$scratch" "$tarball"
        scratch=
    fi
    import_base "$tarball" "$image"
}

# The package lists and the script that unpacks packages are only mounted while a stand-in is built: a list in the
# base would let a Dockerfile that forgot `apt-get update` pass here and fail on the upstream image.
import_kit() {
    fresh_lists "$newer_suite" >/dev/null
    tar -c --exclude=lists/lock --exclude='lists/partial/*' -C "$ground/apt/$newer_suite" lists -C "$here/images/base" graft |
        docker import --change "LABEL $recipe_label=kit" - "$1" >/dev/null
}

# Another stand-in that this one is built from: a `FROM` that names the key of a pin.
parents_of() {
    local stage
    sed -nE 's/^FROM ([a-z_]+)( .*)?$/\1/p' "$here/images/$1/Dockerfile" | sort -u | while read -r stage; do
        [[ ! -f $here/images/$stage/Dockerfile ]] || printf '%s\n' "$stage"
    done
}

recipe_key() {
    local name=$1 major=$2 reference=$3 parent
    {
        printf '%s\n' "$base" "$major" "$reference"
        (cd "$here/images" && find "$name" base -type f -printf '%p %m\n' -exec cat {} \; | sha256sum)
        for parent in $(parents_of "$name"); do
            pinned_images | while read -r key major reference; do
                [[ $key != "$parent" ]] || recipe_key "$key" "$major" "$reference"
            done
        done
    } | key_of
}

target_of() { if [[ $2 == - ]]; then printf '%s\n' "$1"; else printf '%s-%s\n' "$1" "$2"; fi; }

bake_target() {
    local name=$1 major=$2 reference=$3 key=$4 parent version
    version=${reference##*:}
    printf 'target "%s" {\n' "$(target_of "$name" "$major")"
    printf '  context = "%s"\n' "$here/images/$name"
    printf '  contexts = {\n    base = "docker-image://%s"\n    kit = "docker-image://%s"\n' "$base" "$kit"
    for parent in $(parents_of "$name"); do
        printf '    %s = "target:%s"\n' "$parent" "$parent"
    done
    printf '  }\n  args = { MAJOR = "%s", VERSION = "%s" }\n' "${major/#-/}" "${version%%-*}"
    printf '  tags = ["%s"]\n  labels = { "%s" = "%s" }\n}\n' "$reference" "$recipe_label" "$key"
}

label_of() { docker image inspect --format "{{index .Config.Labels \"$recipe_label\"}}" "$1" 2>/dev/null || true; }

build_standins() {
    local base kit=scaffold-ground/kit:current name major reference key stale=()
    local file=$run/bake.hcl log=$ground/build.log
    base=scaffold-ground/base:$(base_key)
    ensure_base "$base"
    mkdir -p "$run"
    : >"$file"
    while read -r name major reference; do
        if [[ ! -f $here/images/$name/Dockerfile ]]; then
            talk "no stand-in for $reference: tests/images/$name is missing"
            continue
        fi
        key=$(recipe_key "$name" "$major" "$reference")
        bake_target "$name" "$major" "$reference" "$key" >>"$file"
        [[ $(label_of "$reference") == "$key" ]] || stale+=("$(target_of "$name" "$major")")
    done < <(pinned_images)
    ((${#stale[@]} > 0)) || return 0
    talk "building stand-ins: ${stale[*]}"
    import_kit "$kit"
    if ! BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker buildx bake --progress plain --file "$file" \
        --allow "fs.read=$here" "${stale[@]}" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "a stand-in could not be built: $log"
    fi
    docker image prune --force --filter "label=$recipe_label" >/dev/null
}

image_status() {
    local name major reference key
    while read -r name major reference; do
        key=$(label_of "$reference")
        if docker image inspect "$reference" >/dev/null 2>&1; then
            say "image: $reference (${key:+stand-in }${key:-upstream})"
        else
            say "image: $reference (not here)"
        fi
    done < <(pinned_images)
}
