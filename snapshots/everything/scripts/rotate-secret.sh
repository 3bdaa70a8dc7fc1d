#!/usr/bin/env bash
# Replaces a secret without an interruption: what checks it takes the old and the
# new one until every container that uses it has been replaced.
# usage: scripts/rotate-secret.sh NAME, one of those in secrets/
# One that a person gives is read from standard input, or asked for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

name=${1:?usage: scripts/rotate-secret.sh NAME}
file=secrets/$name
# Services that read it once, when they start.
case $name in
postgres_password) users=' api search worker' ;;
postgres_migrator_password) users='' ;;
postgres_backup_password) users='' ;;
postgres_monitor_password) users='' ;;
postgres_admin_password) users='' ;;
reports_password) users=' api billing' ;;
reports_migrator_password) users='' ;;
reports_backup_password) users='' ;;
reports_monitor_password) users='' ;;
reports_admin_password) users='' ;;
redis_password) users=' api search worker' ;;
cache_password) users=' api billing' ;;
backup_password) users='' ;;
llm_api_key) users=' api' ;;
*) die "there is no secret $name" 2 ;;
esac
[[ -s $file ]] || die "there is no $file: scripts/setup.sh makes it" 2

hook=
for candidate in scripts/rotate.d/*.sh; do
  if [[ -x $candidate ]] && "$candidate" owns "$name"; then hook=$candidate; fi
done

# replace_users: containers that start from here on read the new value.
replace_users() {
  [[ -n $users ]] || return 0
  if [[ -s releases/.active ]]; then
    # A deploy of the release that serves: new containers beside the old, one switch.
    scripts/deploy.sh "$(<releases/.active)"
    return
  fi
  # shellcheck disable=SC2086 # one word each
  compose up --detach --no-deps --force-recreate --wait $users
}

new=
case $name in
llm_api_key)
  if [[ -t 0 ]]; then
    read -r -s -p "the new $name: " new
    echo
  else
    new=$(cat)
  fi
  [[ -n $new ]] || die "the new $name is empty" 2
  ;;
*) new=$(random_hex 32) ;;
esac
if [[ -n $hook ]]; then
  # Whatever happens, the store ends with one password, the one in the file.
  trap '"$hook" finish "$name"' EXIT
  # shellcheck disable=SC2086 # one word each
  "$hook" begin "$name" "$new" $users
fi
# In place, so that whoever has the file mounted sees the new value too. One that is
# made here is as long as the old one: nobody reads half of it.
chmod 0600 "$file"
printf '%s' "$new" | dd of="$file" conv=notrunc status=none
# What was longer ends there.
dd if=/dev/null of="$file" bs=1 seek="$(($(printf '%s' "$new" | wc -c)))" count=0 status=none
chmod 0444 "$file"
log "$name has a new value"
replace_users
[[ -z $hook ]] || "$hook" finish "$name"
trap - EXIT
log "$name is rotated"
