# shellcheck shell=bash
# Checks through the front door. Sourced after common.sh.

if [[ -z ${BASE_URL-} ]]; then
  http_port=$(setting HTTP_PORT 8080)
  BASE_URL=http://127.0.0.1:$http_port
fi
BODY=
STATUS=
checks_passed=0
checks_failed=0

# check "NAME" COMMAND...: runs it, says how it went, and goes on.
check() {
  local name=$1
  shift
  # Why one failed is said on standard error; this is the list of what was checked.
  if "$@" >/dev/null; then
    checks_passed=$((checks_passed + 1))
    printf 'ok      %s\n' "$name"
  else
    checks_failed=$((checks_failed + 1))
    printf 'FAILED  %s\n' "$name"
  fi
}

checks_done() {
  printf '%s passed, %s failed\n' "$checks_passed" "$checks_failed"
  ((checks_failed == 0 && checks_passed > 0))
}

# http METHOD PATH [BODY] [CURL OPTION...]: sets STATUS and BODY.
http() {
  local method=$1 path=$2 body=${3-} answer
  shift $(($# < 3 ? $# : 3))
  [[ -z $body ]] || set -- --data-raw "$body" --header 'Content-Type: application/json' "$@"
  answer=$(curl --silent --show-error --max-time 30 --request "$method" --write-out '\n%{http_code}' "$@" "$BASE_URL$path") || {
    BODY='' STATUS=000
    return 1
  }
  STATUS=${answer##*$'\n'}
  BODY=${answer%$'\n'*}
}

# http_json METHOD PATH STATUS [BODY]: the answer is in BODY.
http_json() {
  http "$1" "$2" "${4-}" --header 'Accept: application/json' || return 1
  [[ $STATUS == "$3" ]] && return
  log "  $1 $2: $STATUS instead of $3: ${BODY:0:300}"
  return 1
}

# http_page PATH TEXT: a page that holds TEXT.
http_page() {
  http GET "$1" '' --header 'Accept: text/html' || return 1
  [[ $STATUS == 200 && $BODY == *"$2"* ]] && return
  log "  GET $1: $STATUS, without: $2: ${BODY:0:300}"
  return 1
}

# json_field NAME: the first text, number or boolean of that name in BODY, or
# nothing.
json_field() {
  local field="\"$1\"[[:space:]]*:[[:space:]]*(\"(([^\"\\\\]|\\\\.)*)\"|[^][:space:],{}[]+)"
  [[ $BODY =~ $field ]] || return 0
  if [[ ${BASH_REMATCH[1]} == \"* ]]; then
    printf '%s' "${BASH_REMATCH[2]}"
  else
    printf '%s' "${BASH_REMATCH[1]}"
  fi
}

# websocket_echo PATH: shakes hands, sends one text and gets it back.
websocket_echo() {
  local text folder host port origin status=1 tls=
  text="hello $(random_hex 8)"
  origin=${BASE_URL%/}
  host=${origin#*://}
  port=${host##*:}
  if [[ $port == "$host" ]]; then
    port=80
    [[ $origin != https:* ]] || port=443
  fi
  host=${host%%:*}

  if [[ $origin == https:* ]]; then
    folder=$(mktemp -d)
    mkfifo "$folder/in" "$folder/out"
    openssl s_client -quiet -verify_return_error -servername "$host" -connect "$host:$port" <"$folder/in" >"$folder/out" 2>/dev/null &
    tls=$!
    exec 3>"$folder/in" 4<"$folder/out"
    rm -r "$folder"
  else
    { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null || return 1
    exec 4<&3
  fi
  if websocket_talk "$1" "${origin#*://}" "$origin" "$text"; then status=0; fi
  exec 3>&- 4<&-
  if [[ -n $tls ]]; then
    kill "$tls" 2>/dev/null || true
    wait "$tls" 2>/dev/null || true
  fi
  return "$status"
}

# websocket_talk PATH HOST ORIGIN TEXT: over the descriptors 3 and 4.
websocket_talk() {
  local LC_ALL=C line length end answer=
  printf '%s\r\n' "GET $1 HTTP/1.1" "Host: $2" "Origin: $3" 'Upgrade: websocket' 'Connection: Upgrade' \
    'Sec-WebSocket-Key: c21va2UgdGVzdCBzbW9rZQ==' 'Sec-WebSocket-Version: 13' '' >&3
  IFS= read -r -t 10 line <&4 || return 1
  if [[ $line != 'HTTP/1.1 101'* ]]; then
    log "  GET $1: ${line%$'\r'} instead of 101"
    return 1
  fi
  while IFS= read -r -t 10 line <&4 && [[ $line != $'\r' ]]; do :; done

  # One text frame. Clients must mask; a mask of zeros leaves the text readable.
  length=$(printf '%02x' "$((128 + ${#4}))")
  printf "\\x81\\x$length\\0\\0\\0\\0%s" "$4" >&3
  # The echo, whatever else the server says before it. A zero byte reads as "".
  end=$((SECONDS + 10))
  while [[ $answer != *"$4"* ]]; do
    if ((SECONDS >= end)) || ! IFS= read -r -t 5 -n 1 -d '' line <&4; then
      log "  GET $1: no echo of: $4"
      return 1
    fi
    answer+=$line
  done
}
