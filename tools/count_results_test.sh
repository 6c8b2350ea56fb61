#!/usr/bin/env bash
# What tools/test prints is what its tests did: count_results.awk on events and test.xml files as Bazel writes them.
set -euo pipefail

dir=${TEST_TMPDIR:-$(mktemp -d)}
count=$(cd "$(dirname "$0")" && pwd)/count_results.awk
failures=0

# The events of one run of Bazel: each further argument is an event.
run() { # FILE EXIT-NAME EVENT...
  printf '%s\n' "${@:3}" "{\"id\":{\"buildFinished\":{}},\"finished\":{\"exitCode\":{\"name\":\"$2\",\"code\":1}}}" >"$dir/$1"
}

built() { echo "{\"id\":{\"targetCompleted\":{\"label\":\"$1\"}},\"completed\":{\"success\":true}}"; }
unbuilt() { echo "{\"id\":{\"targetCompleted\":{\"label\":\"$1\"}},\"completed\":{\"failureDetail\":{}}}"; }

tested() { # LABEL STATUS XML [ATTEMPT]
  echo "{\"id\":{\"testResult\":{\"label\":\"$1\",\"run\":1,\"shard\":1,\"attempt\":${4:-1}}},\"testResult\":{\"testActionOutput\":[{\"name\":\"test.log\",\"uri\":\"file:///log\"},{\"name\":\"test.xml\",\"uri\":\"file://$dir/$3\"}],\"status\":\"$2\"}}"
}

expect() { # NAME EXIT-CODE LAST-LINE FILE...
  local name=$1 code=$2 line=$3 got rc=0
  shift 3
  got=$(cd "$dir" && awk -f "$count" "$@" | tail -n 1; exit "${PIPESTATUS[0]}") || rc=$?
  if [ "$got" != "$line" ] || [ "$rc" != "$code" ]; then
    echo "$name: expected \"$line\" and exit code $code, got \"$got\" and $rc"
    failures=$((failures + 1))
  fi
}

cat >"$dir/good.xml" <<'X'
<testsuites tests="3" failures="0"><testsuite name="A" tests="3">
<testcase name="One" status="run" result="completed" classname="A" />
<testcase name="Skipped" status="run" result="skipped" classname="A"><skipped message=""></skipped></testcase>
<testcase name="DISABLED_Two" status="notrun" result="suppressed" classname="A" />
<testcase name="Three" status="run" result="completed" classname="A" /></testsuite></testsuites>
X
cat >"$dir/bad.xml" <<'X'
<testsuites tests="2" failures="1"><testsuite name="B" tests="2" failures="1">
<testcase name="One" status="run" result="completed" classname="B" />
<testcase name="Bad" status="run" result="completed" classname="B">
<failure message="1&#x0A;"><![CDATA[<testcase name="printed by the test">
<failure ]]></failure><failure message="2"><![CDATA[again]]></failure></testcase></testsuite></testsuites>
X
echo '<testsuites tests="0" failures="0"></testsuites>' >"$dir/none.xml"

run passing SUCCESS "$(built //a)" "$(tested //a PASSED good.xml)"
expect CountsCases 0 "2 passed, 0 failed" passing
expect AddsRuns 0 "4 passed, 0 failed" passing passing
run failing TESTS_FAILED "$(built //b)" "$(tested //b FAILED bad.xml)"
expect AFailedCaseCountsOnceAndWhatItPrintsNot 1 "1 passed, 1 failed" failing
run broken BUILD_FAILURE "$(unbuilt //c)" "$(tested //a PASSED good.xml)"
expect WhatDoesNotBuildIsAFailure 1 "2 passed, 1 failed" broken
expect WhatDoesNotBuildIsOneFailureInAllRuns 1 "4 passed, 1 failed" broken broken
run crashing TESTS_FAILED "$(built //d)" "$(tested //d FAILED good.xml)" "$(tested //e TIMEOUT missing.xml)"
expect ABadEndIsAFailure 1 "2 passed, 2 failed" crashing
run flaky SUCCESS "$(tested //f FAILED bad.xml)" "$(tested //f PASSED good.xml 2)"
expect TheLastAttemptCounts 0 "2 passed, 0 failed" flaky
run none NO_TESTS_FOUND
expect NoTestsAreNoSuccess 1 "0 passed, 0 failed" none
run empty SUCCESS "$(tested //g PASSED none.xml)"
expect ATestWithoutCasesIsNoSuccess 1 "0 passed, 0 failed" empty
run package BUILD_FAILURE "$(tested //a PASSED good.xml)"
expect AFailureOfBazelThatNoTargetHasIsAFailure 1 "2 passed, 1 failed" package
expect ARunWithoutEventsIsAFailure 1 "2 passed, 1 failed" passing missing

[ "$failures" = 0 ]
