# shellcheck shell=bash
# What the scripts of backups share: restic in front of a repository. Sourced
# after common.sh.

# Whatever they write holds data and secrets.
umask 077

repository=$(setting BACKUP_REPOSITORY ./backups/repository)
# A repository may hold several stacks; each looks at its own snapshots.
owner=$(project_name)-$(setting ENVIRONMENT development)

# A folder for what goes in or came out: always /backup where restic sees it.
make_work_folder() {
  mkdir -p backups/cache
  find backups -maxdepth 1 -name 'work-*' -mmin +1440 -exec rm -rf {} +
  work=$(mktemp -d backups/work-XXXXXX)
  trap 'rm -rf "$work"' EXIT
}

# restic ARGUMENT...: the pinned image, as the user who runs this script.
restic() {
  local url=$repository
  set -- restic "$@"
  case $repository in
  s3:* | sftp:*) ;;
  *:*) die "BACKUP_REPOSITORY is $repository, which is neither s3:..., sftp:... nor a folder" 2 ;;
  *)
    # Any other folder may be a disk that is not mounted now.
    [[ $repository != ./backups/* ]] || mkdir -p "$repository"
    [[ -d $repository ]] || die "the folder $repository is not there"
    set -- --volume "$(cd "$repository" && pwd):/repository" "$@"
    url=/repository
    ;;
  esac
  compose --progress quiet run --rm --no-deps -T --user "$(id -u):$(id -g)" --env "RESTIC_REPOSITORY=$url" \
    --volume "$PWD/${work:?}:/backup" --volume "$PWD/backups/cache:/cache" "$@" </dev/null
}

repository_is_here() { [[ $repository != s3:* && $repository != sftp:* ]]; }

# fetch SNAPSHOT [FOLDER]: a snapshot of this stack, or a folder of it, in $work.
# Whatever is damaged in the repository shows here, before anything is changed.
fetch() {
  restic restore --quiet --retry-lock 2m --host "$owner" --path /backup --target "/backup${2-}" "$1:/backup${2-}" >/dev/null ||
    die "$1 could not be read from $repository; nothing was changed"
}

# stores_in FOLDER: whose data a backup holds.
stores_in() { sed -n 's/^store //p' "$1/about"; }

# The scripts of stores, all or those named: each says what it can do.
store_script() {
  [[ -x scripts/backup.d/$1.sh ]] || die "there is no scripts/backup.d/$1.sh" 2
  printf 'scripts/backup.d/%s.sh' "$1"
}

# note FILE WORD...: when something succeeded last, for backup-status.sh.
note() {
  local file=backups/$1
  shift
  printf '%s %s\n' "$(date +%s)" "$*" >"$file.new"
  mv -f "$file.new" "$file"
}
