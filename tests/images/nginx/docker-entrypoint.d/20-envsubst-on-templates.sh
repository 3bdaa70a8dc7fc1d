#!/bin/sh
# /etc/nginx/templates/*.template become /etc/nginx/conf.d/*. Only variables that exist are replaced, because nginx
# has variables of its own that look the same.
set -e

templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
filter=${NGINX_ENVSUBST_FILTER:-}

[ -d "$templates" ] || exit 0
# The names come from awk, since a value with line breaks would make `env` list names that are none.
names=$(awk -v filter="$filter" 'BEGIN { for (name in ENVIRON) if (name ~ filter) printf "${%s} ", name }')
if [ ! -w "$output" ]; then
    echo "$0: $templates exists, but $output is not writable" >&2
    exit 0
fi
find "$templates" -follow -type f -name "*$suffix" | while read -r template; do
    relative=${template#"$templates"/}
    target=$output/${relative%"$suffix"}
    mkdir -p "$(dirname "$target")"
    [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $template to $target"
    envsubst "$names" <"$template" >"$target"
done
