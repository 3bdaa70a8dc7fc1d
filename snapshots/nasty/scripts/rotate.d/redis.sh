#!/usr/bin/env bash
# The password of redis, for scripts/rotate-secret.sh:
# owns NAME | begin NAME PASSWORD [SERVICE...] | finish NAME
# The server takes both the old and the new one meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

# Passwords travel on standard input: `ps` shows none.
cli() {
  # shellcheck disable=SC2016 # expanded in the container, where the secret is
  compose exec -T redis sh -c 'REDISCLI_AUTH=$(cat /run/secrets/redis_password) exec redis-cli -e' >/dev/null
}

case $1 in
owns) [[ $2 == redis_password ]] ;;
begin) cli <<<"ACL SETUSER default >$3" ;;
finish) cli <<<"CONFIG SET requirepass $(<"secrets/$2")" ;;
*) die "usage: $0 owns|begin|finish NAME" 2 ;;
esac
