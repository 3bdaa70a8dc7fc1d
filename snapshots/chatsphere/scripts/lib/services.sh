# shellcheck shell=bash disable=SC2034
# What this release runs. Sourced for the release that it belongs to.

# Services with a route, as name:port. The first is tried alone.
routed=(backend:8000 frontend:3000)
# Services without one.
workers=(ai)
# What is not there in two colours, nginx aside.
stores=(db redis)
