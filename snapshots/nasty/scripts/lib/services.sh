# shellcheck shell=bash disable=SC2034
# What this release runs. Sourced for the release that it belongs to.

# Services with a route, as name:port. The first is tried alone.
routed=(go:1 fastapi:8000 node:8080)
# Services without one.
workers=(python-worker)
# What is not there in two colours, nginx aside.
stores=(postgres my-second-database redis)
