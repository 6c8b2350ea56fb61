# shellcheck shell=bash
# What the scripts beside it share: how they speak, become root, and ask the engine.
shopt -s inherit_errexit # what fails in $(…) fails the script too
umask 022                # what is packed is for every user, whoever packs it

# A line about what is being done, on standard error.
say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die "this needs root, and there is no sudo: run it as root: $*"
  fi
}

# Runs a command whose output nobody wants to see unless it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "failed: $*"
  fi
  rm -f "$log"
}

# Once a run: what the archive has does not change meanwhile.
update_packages() {
  [ -n "${packages_updated:-}" ] || quietly as_root apt-get -q update
  packages_updated=yes
}

# Installs those of the packages that are missing; looks at the archive only where some are.
install_missing() { # PACKAGE...
  local missing
  command -v dpkg-query >/dev/null || die "this is not Debian: install by hand what is missing of: $*"
  mapfile -t missing < <(
    comm -23 <(printf '%s\n' "$@" | sort) <(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" \
      2>/dev/null | sed -n 's/ installed$//p' | sort)
  )
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  update_packages
  quietly as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "${missing[@]}"
}

# Which engine, by the same rules as flow (docs/engines.md).
engine_address() {
  local address=${DOCKER_HOST:-}
  [ -n "$address" ] || address=$(context_address)
  echo "${address:-unix:///var/run/docker.sock}"
}

# Of the context that DOCKER_CONTEXT names, else the current one; nothing where that is none, or "default".
context_address() {
  local folder=${DOCKER_CONFIG:-${HOME:-}/.docker} name=${DOCKER_CONTEXT:-} meta
  if [ -z "$name" ] && [ -r "$folder/config.json" ]; then
    name=$(sed -n 's/.*"currentContext": *"\([^"]*\)".*/\1/p' "$folder/config.json")
  fi
  case $name in '' | default) return ;; esac
  meta=$folder/contexts/meta/$(printf %s "$name" | sha256sum | cut -d ' ' -f 1)/meta.json
  [ -r "$meta" ] || die "there is no context \"$name\" in $folder/contexts"
  tr -d '[:space:]' <"$meta" | sed -n 's/.*"docker":{[^}]*"Host":"\([^"]*\)".*/\1/p'
}

# Asks the engine: PATH of the request, then further options of curl. Prints the answer's body.
engine() {
  local path=$1 address tls=()
  shift
  address=$(engine_address)
  case $address in
    unix://*) curl -q -sS --globoff --unix-socket "${address#unix://}" "$@" "http://engine$path" ;;
    tcp://*)
      if [ -n "${DOCKER_TLS_VERIFY:-}" ]; then
        local certificates=${DOCKER_CERT_PATH:-$HOME/.docker}
        tls=(--cacert "$certificates/ca.pem" --cert "$certificates/cert.pem" --key "$certificates/key.pem")
        address=https${address#tcp}
      else
        address=http${address#tcp}
      fi
      curl -q -sS --globoff --noproxy '*' "${tls[@]}" "$@" "${address%/}$path"
      ;;
    *) die "the engine is at $address: these scripts know unix:// and tcp:// addresses" ;;
  esac
}

engine_answers() { [ "$(engine /_ping --max-time 5 2>/dev/null)" = OK ]; }
