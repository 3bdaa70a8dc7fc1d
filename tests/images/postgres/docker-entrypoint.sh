#!/usr/bin/env bash
# The contract of the PostgreSQL image, from its documentation: a first start makes the cluster, the database and
# whatever /docker-entrypoint-initdb.d asks for, with a server that only the socket reaches; any later start does not.
set -Eeuo pipefail

# A variable, or the file that its _FILE twin names (that is how secrets come in).
value_or_file() {
    local name=$1 fallback=${2:-} file=$1_FILE
    if [[ ${!name:-} && ${!file:-} ]]; then
        echo >&2 "error: both $name and $file are set, which exclude each other"
        exit 1
    fi
    export "$name=${!name:-$fallback}"
    [[ ${!file:-} ]] && export "$name=$(<"${!file}")"
    unset "$file"
}

read_settings() {
    value_or_file POSTGRES_PASSWORD
    value_or_file POSTGRES_USER postgres
    value_or_file POSTGRES_DB "$POSTGRES_USER"
    value_or_file POSTGRES_INITDB_ARGS
    : "${POSTGRES_HOST_AUTH_METHOD:=}"
}

own_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 00700 "$PGDATA" 2>/dev/null || true
    chmod 03775 /var/run/postgresql 2>/dev/null || true
    [[ $(id -u) -eq 0 ]] || return 0
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
    if [[ ${POSTGRES_INITDB_WALDIR:-} ]]; then
        mkdir -p "$POSTGRES_INITDB_WALDIR"
        chown -R postgres "$POSTGRES_INITDB_WALDIR"
        chmod 700 "$POSTGRES_INITDB_WALDIR"
    fi
}

# Data of another major, or a volume where only older majors keep theirs: going on would start an empty database
# beside it, and look like data loss.
refuse_foreign_data() {
    local folder found=()
    [[ $PGDATA == "/var/lib/postgresql/$PG_MAJOR/docker" ]] || return 0
    for folder in /var/lib/postgresql /var/lib/postgresql/data /var/lib/postgresql/*/docker; do
        [[ -s $folder/PG_VERSION ]] && found+=("$folder")
    done
    if ((${#found[@]} == 0)) && awk '$5 == "/var/lib/postgresql/data" { hit = 1 } END { exit !hit }' /proc/self/mountinfo; then
        found+=("/var/lib/postgresql/data (unused mount/volume)")
    fi
    ((${#found[@]} > 0)) || return 0
    printf >&2 'error: in 18+, these images keep their data in a folder named after the major (%s),\n' "$PGDATA"
    printf >&2 'so mount one volume at /var/lib/postgresql. Found here instead: %s\n' "${found[*]}"
    exit 1
}

demand_password() {
    if [[ ! $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
        echo >&2 "error: database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD"
        exit 1
    fi
}

make_cluster() {
    # The arguments are a shell line, as the image documents them.
    # shellcheck disable=SC2016 # eval reads it
    eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_WALDIR:+--waldir "$POSTGRES_INITDB_WALDIR"} '"$POSTGRES_INITDB_ARGS"' "$@"'
    local method=$POSTGRES_HOST_AUTH_METHOD
    [[ $method ]] || method=$(postgres -C password_encryption)
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

run_sql() {
    PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"
}

run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                echo "$0: running $file"
                if [[ -x $file ]]; then
                    "$file"
                else
                    # shellcheck source=/dev/null
                    . "$file"
                fi
                ;;
            *.sql) echo "$0: running $file" && run_sql --dbname "$POSTGRES_DB" --file "$file" ;;
            *.sql.gz) echo "$0: running $file" && gunzip -c "$file" | run_sql --dbname "$POSTGRES_DB" ;;
            *.sql.xz) echo "$0: running $file" && xzcat "$file" | run_sql --dbname "$POSTGRES_DB" ;;
            *.sql.zst) echo "$0: running $file" && zstd -dc "$file" | run_sql --dbname "$POSTGRES_DB" ;;
            /docker-entrypoint-initdb.d/\*) ;;
            *) echo "$0: ignoring $file" ;;
        esac
    done
}

initialise() {
    demand_password
    refuse_foreign_data
    # Fails early, and with a name, when the folder belongs to somebody else.
    ls /docker-entrypoint-initdb.d/ >/dev/null
    make_cluster
    export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
    [[ ${1:-} == postgres ]] && shift
    NOTIFY_SOCKET='' PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -w start \
        -o "$(printf '%q ' "$@" -c listen_addresses='' -p "${PGPORT:-5432}")"
    if [[ $POSTGRES_DB != postgres ]]; then
        run_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
    fi
    run_init_files
    PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
    unset PGPASSWORD
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[[ ${1:-} == -* ]] && set -- postgres "$@"

if [[ ${1:-} == postgres && " $* " != *" --help "* && " $* " != *" --version "* && " $* " != *" -V "* ]]; then
    read_settings
    own_folders
    if [[ $(id -u) -eq 0 ]]; then
        exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
    fi
    if [[ -s $PGDATA/PG_VERSION ]]; then
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
        initialise "$@"
    fi
fi
exec "$@"
