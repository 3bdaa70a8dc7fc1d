#!/usr/bin/env bash
# Checks the pages in public/: every local href and src leads to a file, every element that is opened is closed, and no
# script is inline, which the Content-Security-Policy would not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/public"

route='/'
void=' area base br col embed hr img input link meta source track wbr '
problems=0

problem() {
  echo "$1" >&2
  problems=$((problems + 1))
}

# The opening and closing tags of a page, one a line.
tags() {
  tr '\n' ' ' <"$1" | sed -E 's/<!--([^-]|-[^-])*-->//g' | grep -oE '</?[a-zA-Z]([^>"]|"[^"]*")*>'
}

check_link() {
  local page=$1 link=$2 path=${2%%[?#]*}
  case $link in
    *:* | //* | '#'*) return ;; # another site, an address, a place on the same page
    "$route"*) path=./${path#"$route"} ;;
    /*)
      problem "$page: $link is not below $route"
      return
      ;;
    *) path=$(dirname "$page")/$path ;;
  esac
  [[ -f $path || -f $path/index.html ]] || problem "$page: $link leads nowhere"
}

check_page() {
  local page=$1 tag name open=()

  [[ $(head -c 15 "$page") == '<!doctype html>' ]] || problem "$page: does not begin with <!doctype html>"

  while read -r tag; do
    name=${tag#<}
    name=${name#/}
    name=${name%%[[:space:]/>]*}

    if [[ $tag == '</'* ]]; then
      if [[ ${open[*]: -1} != "$name" ]]; then
        problem "$page: </$name> does not close <${open[*]: -1}>"
        return
      fi
      unset 'open[-1]'
      continue
    fi

    [[ $void == *" $name "* || $tag == */'>' ]] || open+=("$name")
    if [[ ($name == script && $tag != *' src='*) || $tag =~ [[:space:]]on[a-z]+= ]]; then
      problem "$page: $tag is an inline script"
    fi
    if [[ $tag =~ [[:space:]](href|src)=\"([^\"]*)\" ]]; then
      check_link "$page" "${BASH_REMATCH[2]}"
    fi
  done < <(tags "$page")

  [[ ${#open[@]} == 0 ]] || problem "$page: <${open[*]: -1}> is never closed"
}

pages=0
while IFS= read -r page; do
  check_page "$page"
  pages=$((pages + 1))
done < <(find . -name '*.html' | sort)

[[ $problems == 0 ]] || exit 1
echo "$pages pages, no problems"
