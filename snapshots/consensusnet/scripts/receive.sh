#!/usr/bin/env bash
# The only command that the key of CI may run on the server (authorized_keys):
#   deploy ID < bundle     rollback [ID]
set -euo pipefail
# nginx's user reads what is unpacked; the folder above is closed to others.
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."
read -r verb id rest <<<"${SSH_ORIGINAL_COMMAND:-$*}"

if [[ -n $rest || ! $id =~ ^([0-9A-Za-z][0-9A-Za-z._-]*)?$ ]]; then
  echo "error: not a release: $id $rest" >&2
  exit 2
fi
case $verb in
  deploy)
    [[ -n $id ]] || { echo "error: deploy which release?" >&2; exit 2; }
    mkdir -p releases
    find releases -maxdepth 1 -name '.incoming-*' -mmin +60 -exec rm -rf {} +
    if [[ ! -d releases/$id ]]; then
      incoming=$(mktemp -d "releases/.incoming-XXXXXX")
      trap 'rm -rf "$incoming"' EXIT
      tar --extract --gzip --no-same-owner --directory="$incoming"
      mv --no-target-directory "$incoming" "releases/$id"
    fi
    exec "releases/$id/scripts/deploy.sh" "$id"
    ;;
  rollback) exec scripts/rollback.sh ${id:+"$id"} ;;
  *)
    echo "usage: deploy ID < bundle, or rollback [ID]" >&2
    exit 2
    ;;
esac
