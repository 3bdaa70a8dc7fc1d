#!/usr/bin/env bash
# Gets the certificate of this server's domain, or a new one when less than a
# third of its life is left, and has nginx load it. A timer calls it twice a day;
# it may be called at any time, and does nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
umask 022

case $(setting ENVIRONMENT) in
staging) domain=staging.xn--bcher-kva.xn--p1ai ;;
production) domain=xn--bcher-kva.xn--p1ai ;;
*) die 'only a server has a certificate of its own: ENVIRONMENT is neither staging nor production' 2 ;;
esac

# The folders are there before the container is, or they would be root's.
mkdir -p secrets/tls secrets/letsencrypt acme
chmod 0755 secrets/tls
chmod 0700 secrets/letsencrypt

# Its folder is in secrets/, which is closed to others, and in every backup.
log "certificate of $domain"
if ! compose --progress quiet run --rm --no-deps -T --user "$(id -u):$(id -g)" \
  --volume "$PWD/secrets/letsencrypt:/etc/letsencrypt" --volume "$PWD/acme:/acme" \
  certbot certonly --non-interactive --agree-tos --register-unsafely-without-email \
  --server "$(setting ACME_SERVER https://acme-v02.api.letsencrypt.org/directory)" \
  --webroot --webroot-path /acme --cert-name "$domain" --domain "$domain" --keep-until-expiring \
  --config-dir /etc/letsencrypt --work-dir /tmp/work --logs-dir /tmp/logs </dev/null >&2; then
  date +%s >secrets/tls/failed
  die "no certificate for $domain; nginx goes on with the one it has (docs/operations.md)"
fi
rm -f secrets/tls/failed

lineage=secrets/letsencrypt/live/$domain
if ! cmp --silent "$lineage/fullchain.pem" secrets/tls/fullchain.pem; then
  # nginx's user reads them; secrets/ itself is closed to everybody else.
  install -m 0444 "$lineage/privkey.pem" secrets/tls/privkey.pem.new
  install -m 0444 "$lineage/fullchain.pem" secrets/tls/fullchain.pem.new
  mv -f secrets/tls/privkey.pem.new secrets/tls/privkey.pem
  mv -f secrets/tls/fullchain.pem.new secrets/tls/fullchain.pem
  log 'a new certificate'
fi
# Asked each time: whoever was interrupted before the reload is put right by the
# next call.
if [[ -n $(compose ps --quiet nginx) ]]; then
  compose exec -T nginx nginx -q -t </dev/null
  compose exec -T nginx nginx -q -s reload </dev/null
fi
