# shellcheck shell=bash
# Which migrations a release brings and which have run. Sourced after release.sh.
#
# releases/<id>/migrations has one line for each file: database, file, and why
# the version before cannot live with it, if it cannot. CI takes that from a comment
# in the migration itself, `incompatible: REASON`. releases/.migrations has the
# lines of all that have run here.

files_of() { [[ ! -e $1 ]] || cut -f 1,2 "$1" | sort; }

migration_pending() {
  [[ -n $(comm -23 <(files_of "releases/$1/migrations") <(files_of releases/.migrations)) ]]
}

note_migrations() {
  touch releases/.migrations
  sort -u "releases/$1/migrations" releases/.migrations >releases/.migrations.new
  mv -f releases/.migrations.new releases/.migrations
}

# restored DATABASE FILE: its schema is the one of a backup, and FILE was made with
# that.
restored() {
  awk -F '\t' -v database="$1" '$1 != database' releases/.migrations >releases/.migrations.new
  awk -F '\t' -v database="$1" '$1 == database' "$2" >>releases/.migrations.new
  sort -u releases/.migrations.new >releases/.migrations
}

# A release that does not know a migration runs on its schema all the same,
# unless the migration says that it cannot.
check_schema() {
  local unknown
  [[ -s releases/.migrations ]] || return 0
  unknown=$(comm -13 <(files_of "releases/$1/migrations") <(files_of releases/.migrations) |
    grep -Ff - releases/.migrations | awk -F '\t' '$3 != "" { print "  " $1 ": " $2 ": " $3 }' || true)
  [[ -z $unknown ]] || {
    log "$unknown"
    die "$1 cannot run on the present schema, because of the above: deploy a release that can, or restore a backup (docs/operations.md)"
  }
}
