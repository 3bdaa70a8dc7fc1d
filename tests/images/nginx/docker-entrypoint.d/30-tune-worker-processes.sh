#!/bin/sh
# As many workers as the container has processors, when asked for: `auto` would count those of the host.
set -e

[ -n "${NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE:-}" ] || exit 0
[ -w /etc/nginx/nginx.conf ] || exit 0
sed -i "s/^worker_processes .*/worker_processes $(nproc);/" /etc/nginx/nginx.conf
