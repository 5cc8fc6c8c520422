# A local stack for a script that sources this: `start_stack` sets DAYBOOK_URL and DAYBOOK_TOKEN, $work is an empty folder,
# and both are gone when the script ends.
# shellcheck shell=bash
work=$(mktemp -d)
stack=
trap '[ -z "$stack" ] || { kill "$stack" 2>/dev/null; wait "$stack" 2>/dev/null || true; }; rm -rf "$work"' EXIT

start_stack() {
    local daybook
    daybook=$(dirname "${BASH_SOURCE[0]}")/../daybook
    : >"$work/up.log" # may be read before the other process has opened it
    "$daybook" up --port 0 --data "$work/data" >"$work/up.log" 2>&1 &
    stack=$!
    DAYBOOK_URL=
    # Long enough for a fresh clone, whose first start builds it.
    for _ in $(seq 1200); do
        DAYBOOK_URL=$(sed -n 's/.*Daybook listens on \(http[^ ]*\).*/\1/p' "$work/up.log")
        [ -z "$DAYBOOK_URL" ] || break
        kill -0 "$stack" 2>/dev/null || break
        sleep 0.5
    done
    [ -n "$DAYBOOK_URL" ] || { cat "$work/up.log"; exit 1; }
    DAYBOOK_TOKEN=$("$daybook" token --data "$work/data")
    export DAYBOOK_URL DAYBOOK_TOKEN
}
