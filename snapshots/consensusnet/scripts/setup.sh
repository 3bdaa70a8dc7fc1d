#!/usr/bin/env bash
# Makes what every machine has to itself: .env and secrets/. It adds what is
# missing and never changes what is there, so it can always be run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
umask 077

environment=$(setting ENVIRONMENT development)
case $environment in
development | test | staging | production) ;;
*) die "ENVIRONMENT is $environment, not development, test, staging or production" 2 ;;
esac

missing=()

# Each line of .env.example that .env has not.
settings() {
  local line name
  [[ -e .env ]] || echo '# Settings of this machine; .env.example says what each one means.' >.env
  [[ -z $(tail -c 1 .env) ]] || echo >>.env
  while IFS= read -r line; do
    name=${line%%=*}
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
    ! grep -q "^$name=" .env || continue
    case $name in
    ENVIRONMENT) line=ENVIRONMENT=$environment ;;
    COMPOSE_FILE)
      case $environment in staging | production) line=COMPOSE_FILE=compose.yaml:compose.prod.yaml ;; esac
      ;;
    esac
    printf '%s\n' "$line" >>.env
  done <.env.example
}

# secret KIND NAME HELP: a file that only this folder's owner can reach, yet every
# container that is given it can read, whatever user it runs as.
secret() {
  local kind=$1 name=$2 help=$3 value=
  if [[ -s secrets/$name ]]; then
    [[ $environment != staging && $environment != production ]] || {
      IFS= read -r value <"secrets/$name" || true
      [[ $value != development-only-* ]] || missing+=("$name: $help (it holds a stand-in of development)")
    }
    return
  fi
  if [[ $kind == generated ]]; then
    value=$(random_hex 32)
  elif [[ $environment == development || $environment == test ]]; then
    value=development-only-$(random_hex 16)
  elif [[ -t 0 ]]; then
    read -r -s -p "$help ($name): " value || true
    echo
  fi
  if [[ -z $value ]]; then
    missing+=("$name: $help")
    return
  fi
  printf '%s' "$value" >"secrets/.$name"
  chmod 0444 "secrets/.$name"
  mv -f "secrets/.$name" "secrets/$name"
}

settings
mkdir -p secrets
chmod 0700 secrets
secret generated db_password 'Password of the role app in db'
secret generated db_migrator_password 'Password of the role migrator in db, which owns the schema'
secret generated db_backup_password 'Password of the role backup in db, which reads everything'
secret generated db_monitor_password 'Password of the role monitor in db, which reads statistics'
secret generated db_admin_password 'Password of the superuser of db; scripts use its socket instead'
secret generated redis_password 'Password of redis'
secret generated backup_password 'Encrypts the backups: without it they are worth nothing, so keep a copy elsewhere'
secret given openai_api_key 'OPENAI_API_KEY of api'

if ((${#missing[@]})); then
  log 'error: these secrets must be given:'
  printf '  secrets/%s\n' "${missing[@]}" >&2
  log 'hint: run scripts/setup.sh on a terminal to be asked, or write the files and chmod 0444 them'
  exit 1
fi
