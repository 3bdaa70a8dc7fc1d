#!/bin/sh
# Keeps one segment of the write-ahead log (WAL): archive.sh PATH NAME. PostgreSQL
# calls it for each that is full or a minute old, and again until it succeeds.
set -eu
kept=/archive/$2.gz

# WAL is worth something from the first base backup of these very files on, which
# leaves this mark (scripts/wal.d/postgres.sh). Where nobody makes backups,
# nothing piles up.
[ -e /archive/.cluster ] || exit 0
wanted=$(cat /archive/.cluster)
files=$(pg_controldata --pgdata .)
[ "$(echo "$files" | sed -n 's/^Database system identifier: *//p')" = "$wanted" ] || exit 0

# Never written twice. After a crash the server may bring what is there already;
# anything else of that name is a mistake, and what is there stays.
if [ -e "$kept" ]; then
  gzip -dc "$kept" | cmp - "$1"
  exit
fi

# Of a segment that was cut off after a minute most is zeros.
gzip -1 <"$1" >"$kept.part"
# restic is another user, and nothing else has this volume.
chmod 0644 "$kept.part"
sync "$kept.part"
mv "$kept.part" "$kept"
sync /archive
