# shellcheck shell=bash disable=SC2154
# The machine loses its power, and gets it back.

part_power() {
  local old
  old=$(active)
  machine_cut_power
  check 'it is gone' fails serves "$old"
  machine_start
  check 'the firewall is up' on_machine_as_root nft list table inet server
  check 'the same release serves again' wait_until 90 serves "$old"
  check 'all has settled' wait_until 60 settled "$old"
  check 'it is well' wait_until 30 health
}
