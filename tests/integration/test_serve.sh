#!/bin/bash
# The supervisor: trouble is seen, told of and mended; files are read again; nothing is lost.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

stack() { deploy/local/stack.sh "$@" >/dev/null 2>&1; }

status_json() { songma status --output json 2>/dev/null; }

# What jq's filter $1 makes of the status is $2.
says() { [ "$(status_json | jq -r "$1")" = "$2" ]; }

duty_pid() { jq -r --arg name "$1" '.duties[] | select(.name == $name) | .pid' "$WS/run/serve.json" 2>/dev/null; }

# Duty $1 runs, with another process than $2.
runs_anew() {
	local pid
	pid=$(duty_pid "$1")
	[ "${pid:-0}" != 0 ] && [ "$pid" != "$2" ] && kill -0 "$pid" 2>/dev/null
}

duty_is() { [ "$(jq -r --arg name "$1" '.duties[] | select(.name == $name) | .state' "$WS/run/serve.json" 2>/dev/null)" = "$2" ]; }

no_duty() { ! jq -e --arg name "$1" '.duties[] | select(.name == $name)' "$WS/run/serve.json" >/dev/null 2>&1; }

loaded() { [ "$(psql_wh "$WH" -c "select count(*) from canon.thing where _deleted_at is null" 2>/dev/null)" = "$1" ]; }

grows() { psql_src "$SRC" -c "insert into thing select i, 'thing ' || i, 1, '2020-01-01', clock_timestamp() from generate_series($1, $2) i"; }

posted() { [ "$(cat "$WS"/posted/*.json 2>/dev/null | jq -r .event | tr '\n' ' ')" = "$1" ]; }

told() { [ "$(cat "$WS"/told/* 2>/dev/null | jq -r 'select(.duty == "test") | .event' | tr '\n' ' ')" = "$1" ]; }

logged() { grep -q "$1" "$WS/serve.log"; }

start_serve() {
	"$SONGMA" serve 2>>"$WS/serve.log" &
	SERVE=$!
}

stop_serve() {
	[ -z "${SERVE:-}" ] || kill "$SERVE" 2>/dev/null
	[ -z "${SERVE:-}" ] || wait "$SERVE" 2>/dev/null
	SERVE=
}

workspace serve
at_end stop_serve
thing_table 100
thing_source
sed -i 's/^title:.*/title: Health records/; s/^limits:/schedule: {every: 500ms}\n&/' "$WS/sources/test.yaml"
cat >"$WS/tell" <<'END'
#!/bin/sh
# One file a notice; a second line would be a second notice.
[ "$SONGMA_NOTICE_DUTY" = test ] && [ -n "$SONGMA_NOTICE_TEXT" ] || exit 0
cat >"$(dirname "$0")/told/$(date +%s%N).json"
END
chmod +x "$WS/tell"
mkdir "$WS/told" "$WS/posted"
# Takes what is posted, one file a notice; it refuses the first, which must come again.
python3 - "$WS/posted" <<'END' &
import http.server, os, sys, time
class Desk(http.server.BaseHTTPRequestHandler):
    refused = 0
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        code = 200 if Desk.refused else 503
        Desk.refused += 1
        if code == 200:
            with open(os.path.join(sys.argv[1], "%d.json" % time.time_ns()), "wb") as file:
                file.write(text)
        self.send_response(code)
        self.end_headers()
    def log_message(self, *ignored):
        pass
desk = http.server.HTTPServer(("127.0.0.1", 0), Desk)
with open(os.path.join(sys.argv[1], "port"), "w") as file:
    file.write(str(desk.server_port))
desk.serve_forever()
END
DESK=$!
at_end kill "$DESK"
wait_for 5 "the desk opens" test -s "$WS/posted/port"
cat >>"$SONGMA_CONFIG" <<END
serve: {watchdog: 5s}
notify:
  command: [$WS/tell]
  webhook: http://127.0.0.1:$(cat "$WS/posted/port")/songma?key=hidden
  after: 2s
END

expect_exit "status without serve" 0 songma status
expect_contains "it says that serve does not run" "songma serve is not running here" "$LAST_OUT"

start_serve
wait_for 20 "rows come" loaded 100 && pass "rows come"
wait_for 10 "all is well" says .state well && pass "all is well"
expect_exit "status: all is well" 0 songma status
expect_contains "in its first line" "ALL WELL" "$LAST_OUT"
expect_exit "a second serve is refused" 1 songma serve
expect_contains "and told why" "runs here already" "$LAST_ERR"

# A pull that is stopped, as a process that hangs would be, while the warehouse goes on.
pid=$(duty_pid test)
kill -STOP "$pid"
grows 101 110
wait_for 25 "a stuck pull is started anew" runs_anew test "$pid" && pass "a stuck pull is started anew"
wait_for 10 "and the flow goes on" loaded 110 && pass "and the flow goes on"
expect_eq "the log says so" 1 "$(grep -c 'event=duty_silent duty=test' "$WS/serve.log")"

# A pull that is killed.
wait_for 5 "it is well again" duty_is test ok
pid=$(duty_pid test)
kill -KILL "$pid"
wait_for 5 "a killed pull is started anew" runs_anew test "$pid" && pass "a killed pull is started anew"
wait_for 10 "it is well in the end" duty_is test ok && pass "it is well in the end"
expect_eq "its restarts are counted" 2 "$(jq '.duties[] | select(.name == "test") | .restarts' "$WS/run/serve.json")"
wait_for 10 "the stuck pull was told of, and posted, at the second try too" posted "begin end " &&
	pass "the stuck pull was told of, and posted, at the second try too"
expect_eq "the killed one, so soon after, was not told of" "begin end " "$(cat "$WS"/told/* | jq -r .event | tr '\n' ' ')"
rm -f "$WS"/told/* "$WS"/posted/*.json

# The source's server goes away, and comes back.  The rest between two notices is minutes, so serve begins anew.
stop_serve
start_serve
wait_for 10 "well after a new start" duty_is test ok
stack stop sources
wait_for 10 "the source's absence is seen" says .state trouble
expect_exit "status is red" 1 songma status
expect_contains "it says which" "Health records  test  NO CONNECTION" "$LAST_OUT"
expect_contains "why" "127.0.0.1" "$(grep '^Health records:' <<<"$LAST_OUT")"
expect_contains "what happens next" "tried again" "$(grep '^Health records:' <<<"$LAST_OUT")"
expect_contains "who is to act" "To act: Test office" "$LAST_OUT"
expect_eq "a row for machines says the same" "no_connection away Test office true" \
	"$(status_json | jq -r '.sources[0] | "\(.state) \(.duty) \(.who) \(.cause != null and .since != null)"')"
wait_for 10 "a notice when it lasts" told "begin " && pass "a notice when it lasts"
stack start sources
wait_for 30 "well when it is back" says .state well && pass "well when it is back"
wait_for 5 "one notice more when it is over" told "begin end " && pass "one notice more when it is over"
wait_for 5 "the address got them too" posted "begin end " && pass "the address got them too"
expect_lacks "the log does not name the address" "hidden" "$(cat "$WS/serve.log")"
expect_eq "the notice names the owner, the state and a text" "Test office away true" \
	"$(cat "$WS"/told/* | jq -rs '.[0] | "\(.who) \(.state) \(.text | contains("Health records"))"')"
expect_eq "and how long it was" true "$(cat "$WS"/told/* | jq -s '.[1].duration_s >= 2')"

# Files are read again: a source comes and goes, the others are left alone.
test_pid=$(duty_pid test) load_pid=$(duty_pid load)
sed 's/"Thing"/"Other"/' "$WS/schemas/test/Thing.avsc" >"$WS/schemas/test/Other.avsc"
sed -n 's/^source: test/source: second/; s/^title:.*/title: Second/; /^streams:/q; p' "$WS/sources/test.yaml" >"$WS/sources/second.yaml"
kill -HUP "$SERVE"
wait_for 5 "a source that was only just added has no stream" logged "event=no_stream source=second" && pass "a source that was only just added has no stream"
expect_exit "which is no trouble" 0 songma status
expect_contains "but said" "second  no stream yet" "$LAST_OUT"
expect_contains "with what to do" "songma discover second" "$LAST_OUT"
expect_exit "and no duty" 0 no_duty second
expect_exit "sync leaves it out" 0 songma sync second
expect_contains "and says so" "second has no stream yet" "$LAST_ERR"
expect_exit "a pull of it is a mistake" 2 songma pull second
expect_contains "which is explained" "the source has no stream yet: songma discover second" "$LAST_ERR"
sed 's/^source: test/source: second/; s/^title:.*/title: Second/; s,test/Thing,test/Other,' "$WS/sources/test.yaml" >"$WS/sources/second.yaml"
kill -HUP "$SERVE"
wait_for 15 "a new source's duty starts" duty_is second ok && pass "a new source's duty starts"
expect_eq "the others are untouched" "$test_pid $load_pid" "$(duty_pid test) $(duty_pid load)"
echo "statt: 1" >>"$WS/sources/second.yaml"
kill -HUP "$SERVE"
wait_for 5 "a broken file is refused" says '.troubles[0].subject' "the changed configuration" && pass "a broken file is refused"
expect_exit "and red" 1 songma status
expect_contains "with its place" "second.yaml:" "$LAST_OUT"
expect_eq "the old goes on" "$test_pid ok" "$(duty_pid test) $(jq -r '.duties[] | select(.name == "second") | .state' "$WS/run/serve.json")"
sed -i '/^statt:/d; s/^title:.*/title: The second/' "$WS/sources/second.yaml"
pid=$(duty_pid second)
kill -HUP "$SERVE"
wait_for 15 "a changed file's duty starts anew" runs_anew second "$pid" && pass "a changed file's duty starts anew"
wait_for 10 "the mended configuration is taken" says .state well && pass "the mended configuration is taken"
rm "$WS/sources/second.yaml"
kill -HUP "$SERVE"
wait_for 15 "a source that is gone leaves" no_duty second && pass "a source that is gone leaves"
expect_eq "the others are untouched still" "$test_pid $load_pid" "$(duty_pid test) $(duty_pid load)"

# Without the warehouse status shows just that.
stack stop warehouse
grows 111 112
wait_for 10 "the loader says it" duty_is load away
expect_exit "status without a warehouse" 1 songma status
expect_contains "names it" "the warehouse: " "$LAST_OUT"
expect_contains "and the operator" "To act: the operator" "$LAST_OUT"
expect_contains "and the sources all the same" "Health records  test" "$LAST_OUT"
stack start warehouse
wait_for 20 "what waited comes" loaded 112 && pass "what waited comes"

# A duty that ends itself, as a failed check of a library makes it.
pid=$(duty_pid load)
kill -ABRT "$pid"
wait_for 10 "a loader that aborts is started anew" runs_anew load "$pid" && pass "a loader that aborts is started anew"
expect_contains "and the log says what that means" "a check inside the program or one of its libraries failed" \
	"$(grep 'event=duty_ended duty=load exit=134' "$WS/serve.log")"

kill -TERM "$SERVE"
wait "$SERVE"
expect_eq "serve stops in order" 0 $?
SERVE=
expect_lacks "nothing of it is left" "$WS" "$(pgrep -af 'songma (pull|load)')"
expect_eq "nothing was lost" same "$(thing_difference)"
workspace_end
scenario_end
