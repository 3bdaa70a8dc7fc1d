#!/usr/bin/env bash
# Says how long the certificate is good for; exits with 1 when it is self-signed,
# when its renewal is overdue or failed. Monitoring may call it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tell() { printf '%-12s %-8s %s\n' certificate "$1" "$2"; }
bad() {
  tell "$1" "$2"
  exit 1
}

file=secrets/tls/fullchain.pem
[[ -s $file ]] || bad NONE 'the first deploy makes a self-signed one'
field() { openssl x509 -noout "-$1" -in "$file" | cut -d= -f2-; }
from=$(date --date="$(field startdate)" +%s)
until=$(date --date="$(field enddate)" +%s)
now=$(date +%s)
left=$((until - now))
days="$((left / 86400)) days left"

((left > 0)) || bad EXPIRED "since $(field enddate)"
[[ $(field issuer) != "$(field subject)" ]] || bad SELF 'self-signed: scripts/certificate-renew.sh gets a real one'
[[ ! -e secrets/tls/failed ]] || bad FAILED "$days; the renewal failed at $(date --date="@$(<secrets/tls/failed)" +%FT%T%z)"
# Renewal begins with a third of its life left, and has had some days by now.
((left > (until - from) / 4)) || bad OVERDUE "$days: is the timer enabled?"
tell ok "$days, for $(openssl x509 -noout -ext subjectAltName -in "$file" | sed -n 's/^ *DNS://p')"
