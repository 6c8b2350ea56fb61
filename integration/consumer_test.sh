#!/usr/bin/env bash
# The workspace in consumer/, which loads this one: flow's Bazel macro, as someone else uses it.
set -euo pipefail
# shellcheck source=../tools/lib.sh
. tools/lib.sh

# Where the source is: a workspace of its own is no package of this one, and so no data of a test.
cd "$(dirname "$(readlink -f integration/consumer_test.sh)")/consumer"
readonly TEMPORARY=$TEST_TMPDIR
unset TEST_TMPDIR # Bazel would take it for its own test's
export LC_ALL=C HOME=$TEMPORARY/home FLOW_STATE_DIR=$TEMPORARY/state
[ -z "${FLOW_TEST_HOST:-}" ] || export DOCKER_HOST=$FLOW_TEST_HOST
mkdir -p "$HOME"

bazel() { command bazel --output_base="$TEMPORARY/base" --max_idle_secs=60 "$@"; }
finish() {
  bazel run //:demo.delete -- --ignore_not_found >/dev/null 2>&1 || true
  bazel shutdown
  rm -f bazel-* # links into what goes now
  chmod -R u+w "$TEMPORARY/base" && rm -rf "$TEMPORARY/base"
}
trap finish EXIT

step() { echo "== $*"; }
containers() {
  engine "/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22com.obsrvr.flow.pipeline%3Dconsumer-demo%22%5D%7D"
}

step "the graph is clean"
bazel query --noshow_progress //... 2>"$TEMPORARY/told" | sort >"$TEMPORARY/targets"
diff - "$TEMPORARY/targets" <<'END'
//:broken
//:broken.apply
//:broken.delete
//:broken.logs
//:broken.status
//:broken.translate
//:broken.validate
//:clustered
//:clustered.apply
//:clustered.delete
//:clustered.logs
//:clustered.status
//:clustered.translate
//:clustered.validate
//:demo
//:demo.apply
//:demo.delete
//:demo.logs
//:demo.status
//:demo.translate
//:demo.validate
END
! grep -E 'ERROR|WARNING' "$TEMPORARY/told" || die "the query complains"
bazel query --noshow_progress 'deps(//...)' >/dev/null

step "what is valid passes"
bazel test --noshow_progress //...

step "the Compose file knows the env_file's variables alone"
GREETING='hello from the shell' bazel build --noshow_progress //:demo.translate
grep -q 'GREETING: "hello from the consumer"' bazel-bin/demo.translate.yaml || die "not the env_file's greeting"
bazel build --noshow_progress @flow//cmd:flow-apply

step "one for a cluster becomes its manifests, and each command asks the cluster"
bazel build --noshow_progress //:clustered.translate
grep -q '^kind: Deployment' bazel-bin/clustered.translate.yaml || die "no manifests: $(cat bazel-bin/clustered.translate.yaml)"
printf 'apiVersion: v1\nkind: Config\n' >"$TEMPORARY/kubeconfig"
for command in apply status logs delete; do
  if KUBECONFIG=$TEMPORARY/kubeconfig bazel run --noshow_progress "//:clustered.$command" >"$TEMPORARY/asked" 2>&1; then
    die "$command did without a cluster"
  fi
  grep -q 'no context "none"' "$TEMPORARY/asked" || die "$command: $(cat "$TEMPORARY/asked")"
done

step "what is not valid fails, and says why"
if bazel test --noshow_progress //:broken.validate >"$TEMPORARY/broken" 2>&1; then die "it passed"; fi
grep -q 'broken.yaml:12:16: error: .*no component "sorce"; did you mean "source"?' "$TEMPORARY/broken" ||
  die "$(cat "$TEMPORARY/broken")"

step "it is deployed, looked at and deleted"
bazel run --noshow_progress //:demo.apply -- --timeout=2m
[ "$(containers | grep -o '"State":"running"' | wc -l)" = 2 ] || die "there are not two containers running: $(containers)"
bazel run --noshow_progress //:demo.status -- --check -o json | grep -q '"state": "running"'
deadline=$((SECONDS + 60))
until bazel run --noshow_progress //:demo.logs -- source 2>/dev/null | grep -q 'hello from the consumer'; do
  [ "$SECONDS" -lt "$deadline" ] || die "the source's greeting is not in its log within 60 s"
  sleep 0.2
done
bazel run --noshow_progress //:demo.delete
[ "$(containers)" = '[]' ] || die "something is left: $(containers)"
