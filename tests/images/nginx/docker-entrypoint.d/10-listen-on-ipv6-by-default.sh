#!/bin/sh
# The stock server answers on IPv6 as well, where there is IPv6: "localhost" often means ::1 first.
set -e

stock=/etc/nginx/conf.d/default.conf
[ -f /proc/net/if_inet6 ] && [ -w "$stock" ] || exit 0
# One that somebody changed is theirs.
cmp -s "$stock" /usr/share/nginx/stock.conf || exit 0
sed -i 's/^    listen 80;$/&\n    listen [::]:80;/' "$stock"
