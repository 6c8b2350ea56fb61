#!/usr/bin/env bash
# The unit for systemd: flow-stream takes what it is started with, and systemd the unit, where there is one.
set -euo pipefail

readonly UNIT='examples/sdk/flow-stream@.service' PROGRAM=$PWD/cmd/flow-stream

mapfile -t words < <(sed -n 's/^ExecStart=[^ ]* //p' "$UNIT" | sed 's/%i/payments/' | tr ' ' '\n')
[ ${#words[@]} -ge 1 ] || { echo "the unit starts nothing"; exit 1; }
code=0
"$PROGRAM" "${words[@]}" --host=unix:///nonexistent || code=$?
[ $code = 4 ] || { echo "flow-stream ${words[*]}: exit code $code, and not that of an engine that is not there"; exit 1; }

command -v systemd-analyze >/dev/null || exit 0
sed "s|^ExecStart=[^ ]*|ExecStart=$PROGRAM|" "$UNIT" >"$TEST_TMPDIR/flow-stream@.service"
ln -s flow-stream@.service "$TEST_TMPDIR/flow-stream@payments.service"
found=$(systemd-analyze verify --man=no "$TEST_TMPDIR/flow-stream@payments.service" 2>&1 | grep -F flow-stream || true)
[ -z "$found" ] || { echo "$found"; exit 1; }
