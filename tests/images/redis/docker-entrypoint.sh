#!/bin/sh
# The contract of the Redis image: an option or a .conf file is for redis-server, and a server started as root owns
# /data and goes on as user redis.
set -e

case ${1:-} in
    -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis '{}' +
    exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi

# Dumps are private unless whoever starts the image says otherwise.
[ "$(umask)" != 0022 ] || umask 0077
exec "$@"
