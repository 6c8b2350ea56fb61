# Counts test cases from Bazel's build event files (--build_event_json_file, one event a line) and the test.xml files
# that they name. Prints each failure on a line and, last, "N passed, N failed"; exits 1 unless something passed and
# nothing failed.
#
#   awk -f count_results.awk EVENTS.json...
#
# A target that does not build is one failure, and so is a test that ends badly without a failed case of its own
# (crash, time-out, a sanitizer at exit), and a run of Bazel that failed for a reason that no target has. A skipped
# case is neither passed nor failed.

function fail(what) {
  failed++
  print "FAILED: " what
}

# The value of a "name":"value" that follows in the text, "" where there is none.
function value(text, name,    at) {
  at = index(text, "\"" name "\":\"")
  if (!at) return ""
  text = substr(text, at + length(name) + 4)
  return substr(text, 1, index(text, "\"") - 1)
}

# What is left of XML without its <![CDATA[…]]> sections: those hold what tests printed.
function read_xml(file,    line, text, found, at) {
  text = ""
  found = 0
  while ((getline line < file) > 0) {
    found = 1
    text = text line "\n"
  }
  close(file)
  if (!found) return ""
  line = ""
  while ((at = index(text, "<![CDATA[")) > 0) {
    line = line substr(text, 1, at - 1)
    text = substr(text, at + 9)
    at = index(text, "]]>")
    text = at ? substr(text, at + 3) : ""
  }
  return line text
}

function count_cases(label, file, status,    xml, cases, n, i, name, before) {
  xml = read_xml(file)
  if (xml == "") return fail(label " (" status ", no test.xml)")
  before = failed
  n = split(xml, cases, "<testcase ")
  for (i = 2; i <= n; i++) {
    if (cases[i] ~ /<(failure|error)[ >\/]/) {
      name = cases[i]
      sub(/^name="/, "", name)
      sub(/".*/, "", name)
      if (match(cases[i], /classname="[^"]*"/)) name = substr(cases[i], RSTART + 11, RLENGTH - 12) "." name
      fail(label " " name " (" status ")")
    } else if (cases[i] ~ /status="notrun"|result="skipped"/) {
      skipped++
    } else {
      passed++
    }
  }
  if (status != "PASSED" && failed == before) fail(label " (" status ")")
}

# The word that stands after the outputs' names.
function test_status(event) {
  return match(event, /"status":"[A-Z_]*"/) ? substr(event, RSTART + 10, RLENGTH - 11) : "NO_STATUS"
}

# One run of Bazel.
function count_run(events,    line, key, keys, result, n, i, file, unbuilt, exit_name, before) {
  n = 0
  exit_name = "did not finish"
  while ((getline line < events) > 0) {
    if (line ~ /^\{"id":\{"targetCompleted":/) {
      if (line !~ /"completed":\{"success":true/) unbuilt[value(line, "label")] = 1
    } else if (line ~ /^\{"id":\{"testResult":/) {
      # Of a test that is tried more than once the last attempt counts.
      key = line
      sub(/"attempt":.*/, "", key)
      if (!(key in result)) keys[++n] = key
      result[key] = line
    } else if (line ~ /^\{"id":\{"buildFinished":/) {
      exit_name = line
      sub(/.*"exitCode":/, "", exit_name)
      exit_name = value(exit_name, "name")
    }
  }
  close(events)
  before = failed
  for (i = 1; i <= n; i++) {
    file = result[keys[i]]
    sub(/.*"name":"test.xml","uri":"file:\/\//, "", file)
    sub(/".*/, "", file)
    count_cases(value(keys[i], "label"), file, test_status(result[keys[i]]))
  }
  for (i in unbuilt) {
    if (!(i in told)) fail(i " (does not build)")
    told[i] = 1
    before = -1
  }
  if (exit_name !~ /^(SUCCESS|NO_TESTS_FOUND)$/ && failed == before) fail("bazel (" exit_name ")")
}

BEGIN {
  for (run = 1; run < ARGC; run++) count_run(ARGV[run])
  if (skipped) print skipped " skipped"
  print passed + 0 " passed, " failed + 0 " failed"
  exit !(passed > 0 && failed == 0)
}
