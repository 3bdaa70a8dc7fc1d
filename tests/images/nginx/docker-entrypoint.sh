#!/bin/sh
# The contract of the nginx image: before nginx, and only before nginx, the files of /docker-entrypoint.d run in order.
set -e

note() { [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $*"; }

case ${1:-} in
    nginx | nginx-debug)
        for file in $(find /docker-entrypoint.d -follow -type f 2>/dev/null | sort -V); do
            case $file in
                *.envsh)
                    if [ -x "$file" ]; then
                        note "sourcing $file"
                        # shellcheck source=/dev/null
                        . "$file"
                    else
                        note "ignoring $file, not executable"
                    fi
                    ;;
                *.sh)
                    if [ -x "$file" ]; then
                        note "running $file"
                        "$file"
                    else
                        note "ignoring $file, not executable"
                    fi
                    ;;
                *) note "ignoring $file" ;;
            esac
        done
        note "ready to start"
        ;;
esac
exec "$@"
