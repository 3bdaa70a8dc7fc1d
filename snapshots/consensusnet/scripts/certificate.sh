#!/usr/bin/env bash
# A self-signed certificate for the first start, when there is none yet.
# scripts/certificate-renew.sh replaces it by a real one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

folder=secrets/tls
[[ ! -s $folder/privkey.pem || ! -s $folder/fullchain.pem ]] || exit 0

mkdir -p "$folder"
chmod 0755 "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
  -subj /CN=consensusnet -addext 'subjectAltName=DNS:consensus.net,DNS:staging.consensus.net' \
  -keyout "$folder/privkey.pem.new" -out "$folder/fullchain.pem" 2>/dev/null
# nginx's user reads it; the folder above is closed to everybody else.
chmod 0444 "$folder/privkey.pem.new" "$folder/fullchain.pem"
mv "$folder/privkey.pem.new" "$folder/privkey.pem"
log "made a self-signed certificate in $folder"
