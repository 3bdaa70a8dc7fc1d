# shellcheck shell=bash disable=SC2034
# What this release runs in two colours. Sourced for the release that it belongs to.

# Services with a route, as name:port. The first is tried alone.
routed=(backend:8000 frontend:3000)
# Services without one.
workers=(ai)
