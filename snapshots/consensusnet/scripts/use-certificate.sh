#!/usr/bin/env bash
# certbot's deploy hook: copies the certificate that it got, and has nginx load
# it. certbot names the folder in RENEWED_LINEAGE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

lineage=${RENEWED_LINEAGE:?certbot sets it}
install -d -m 0755 secrets/tls
# nginx's user reads them; secrets/ itself is closed to everybody else.
install -m 0444 "$lineage/privkey.pem" "$lineage/fullchain.pem" secrets/tls/
compose exec -T nginx nginx -t -q
compose exec -T nginx nginx -q -s reload
