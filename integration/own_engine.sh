#!/usr/bin/env bash
# A Docker engine of a test's own, which may be killed and started again without harm to any other: its own data, and
# its own network, where another engine's firewall rules are not.
#
#   own_engine.sh start DIR [DOCKERD FLAG…]   starts it (again), with its socket at DIR/docker.sock
#   own_engine.sh kill DIR                    as a crash does; what containers run goes on
#   own_engine.sh run DIR PROGRAM ARGUMENT…   runs a program in its network, where its containers' addresses are
#   own_engine.sh remove DIR                  ends it and its containers, and removes DIR
#   own_engine.sh sweep PREFIX                removes each PREFIXPID whose process PID is gone: a test's that was killed
set -euo pipefail

readonly COMMAND=$1 DIR=$2
shift 2

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -- "$@"; fi
}

alive() { as_root test -d "/proc/$(as_root cat "$1" 2>/dev/null || echo none)"; }

end() { # SIGNAL PIDFILE
  alive "$2" || return 0
  as_root kill "-$1" "$(as_root cat "$2")"
  for ((i = 0; i < 150; ++i)); do
    alive "$2" || return 0
    sleep 0.1
  done
  return 1
}

start() {
  command -v dockerd >/dev/null || {
    echo "own_engine.sh: there is no dockerd on this machine, which this test starts and kills" >&2
    exit 1
  }
  mkdir -p "$DIR"
  # The network lives as long as this sleep does, over all of the engine's lives.
  if ! alive "$DIR/network.pid"; then
    # shellcheck disable=SC2016 # the inner shell's own
    as_root setsid --fork unshare --net sh -c 'echo $$ >"$1/network.pid" && exec sleep 100000' sh "$DIR" </dev/null >/dev/null 2>&1
    for ((i = 0; i < 100; ++i)); do
      ! alive "$DIR/network.pid" || break
      sleep 0.1
    done
    alive "$DIR/network.pid" || {
      echo "own_engine.sh: no network of its own within 10 s" >&2
      exit 1
    }
  fi
  as_root rm -f "$DIR/docker.pid"
  # With names of its own also in a containerd that it shares with another engine.
  # shellcheck disable=SC2016
  as_root setsid --fork nsenter "--net=/proc/$(as_root cat "$DIR/network.pid")/ns/net" \
    sh -c 'log=$1 && shift && exec dockerd "$@" >>"$log" 2>&1' sh "$DIR/log" \
    --data-root "$DIR/data" --exec-root "$DIR/exec" --pidfile "$DIR/docker.pid" --host "unix://$DIR/docker.sock" \
    --group "$(id -gn)" --containerd-namespace "${DIR##*/}" --containerd-plugins-namespace "${DIR##*/}-plugins" \
    "$@" </dev/null >/dev/null 2>&1
  for ((i = 0; i < 300; ++i)); do
    [ "$(curl -q -s --max-time 5 --unix-socket "$DIR/docker.sock" http://engine/_ping 2>/dev/null)" = OK ] && return
    sleep 0.1
  done
  as_root tail -n 20 "$DIR/log" >&2
  exit 1
}

remove() { # DIR
  local mount
  end TERM "$1/docker.pid" || end KILL "$1/docker.pid" || true
  end TERM "$1/exec/containerd/containerd.pid" || true
  end KILL "$1/network.pid" || true
  for mount in $(awk -v dir="$1/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r); do
    as_root umount -l "$mount" || true
  done
  as_root rm -rf --one-file-system "$1"
}

case $COMMAND in
  start) start "$@" ;;
  kill) end KILL "$DIR/docker.pid" ;;
  run) as_root nsenter "--net=/proc/$(as_root cat "$DIR/network.pid")/ns/net" "$@" ;;
  remove) remove "$DIR" ;;
  sweep)
    for left in "$DIR"*; do
      [ ! -d "$left" ] || [ -d "/proc/${left#"$DIR"}" ] || remove "$left"
    done
    ;;
  *) exit 2 ;;
esac
