# shellcheck shell=bash disable=SC2034
# What this release runs. Sourced for the release that it belongs to.

# Services with a route, as name:port. The first is tried alone.
routed=(api:8000 billing:8080 search:8081 shop:3000 dashboard:8082 docs:8083)
# Services without one.
workers=(worker)
# What is not there in two colours, nginx aside.
stores=(postgres reports redis cache)
