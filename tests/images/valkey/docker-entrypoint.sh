#!/bin/sh
# The contract of the Valkey image: an option or a .conf file is for valkey-server, and a server started as root owns
# /data and goes on as user valkey.
set -e

case ${1:-} in
    -* | *.conf) set -- valkey-server "$@" ;;
esac

if [ "${1:-}" = valkey-server ] && [ "$(id -u)" = 0 ]; then
    find . ! -user valkey -exec chown valkey '{}' +
    exec setpriv --reuid valkey --regid valkey --clear-groups "$0" "$@"
fi

# Dumps are private unless whoever starts the image says otherwise.
[ "$(umask)" != 0022 ] || umask 0077
# shellcheck disable=SC2086 # flags, one word each, as the image documents them
exec "$@" ${VALKEY_EXTRA_FLAGS:-}
