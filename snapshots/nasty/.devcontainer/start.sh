#!/bin/sh
# Started as root: lets `dev` use Docker's socket, whatever group that has on this machine.
set -e
group=$(stat --format %g /var/run/docker.sock)
getent group "$group" >/dev/null || groupadd --gid "$group" docker-host
usermod --append --groups "$group" dev
exec sleep infinity
