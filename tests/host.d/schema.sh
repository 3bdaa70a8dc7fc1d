# shellcheck shell=bash disable=SC2154 # $work is the caller's
# A migration that fails stops the deploy before anything was switched.

part_schema() {
  local old
  old=$(active)
  check 'a failing migration ends the deploy' refused m1 'the migration of db failed; before it there was made: backup [0-9a-f]+'
  check 'nothing of it is in the schema' says '^0$' sql "SELECT count(*) FROM information_schema.columns WHERE column_name = 'half_done'"
  check 'the old one serves' serves "$old"
  check 'and has settled' settled "$old"
}
