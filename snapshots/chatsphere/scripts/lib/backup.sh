# shellcheck shell=bash
# What backup.sh and restore.sh share. Sourced after common.sh.

# The names of all backups, oldest first.
backups() {
  local folder
  for folder in backups/[0-9]*T[0-9]*Z/; do
    [[ -f $folder/SHA256SUMS ]] && basename "$folder"
  done
}

# macOS has the other one.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}
