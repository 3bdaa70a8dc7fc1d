#!/usr/bin/env bash
# Brings a lost server back on an empty one: settings, secrets, certificates, the
# release that served and the data, from the newest backup or the one named.
# usage, in /srv/consensusnet: BACKUP_REPOSITORY=... scripts/restore-machine.sh [SNAPSHOT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
export ENVIRONMENT=${ENVIRONMENT:-production}
# Before there is a .env, the files and the image of the tool are those beside this
# script. Images of services come with the release, but Compose wants a word for each.
export COMPOSE_FILE=compose.yaml:backups/images.yaml
mkdir -p backups
cat >backups/images.yaml <<'YAML'
services:
  api: {image: none}
  agent: {image: none}
  frontend: {image: none}
  migrate-db: {image: none}
YAML
# shellcheck source=scripts/lib/backup.sh
. scripts/lib/backup.sh
# shellcheck source=scripts/lib/release.sh
. scripts/lib/release.sh

snapshot=${1:-latest}
[[ ! -e releases/.active ]] || die 'this machine has a release that serves: scripts/restore.sh puts data back'
[[ -n ${BACKUP_REPOSITORY-} ]] || die 'BACKUP_REPOSITORY says where the backup is, as in .env of the lost server' 2
mkdir -p secrets
chmod 0700 secrets
[[ -s secrets/backup_password ]] || die 'write the password of the backups to secrets/backup_password, and what else opens the repository (docs/operations.md)' 2

make_work_folder
log "reading $snapshot from $repository"
fetch "$snapshot" /machine
machine=$work/machine
id=$(cat "$machine/releases/.active") || die "$snapshot was made when no release served"
[[ -s $machine/releases/$id/images.env ]] || die "$snapshot lacks the release $id"

log "settings, secrets and release $id"
# From here on files are made as a deploy makes them: the user of nginx reads them.
umask 022
cp -RPpf "$machine/." .
rm releases/.active
unpack_release "$id"
unset COMPOSE_FILE ENVIRONMENT
rm backups/images.yaml

# Nobody is served before the data is there.
compose up --detach --no-deps --wait --wait-timeout 180 db redis
scripts/restore.sh "$snapshot"
scripts/deploy.sh "$id"
log "back: release $id with the data of $snapshot"
