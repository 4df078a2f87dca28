#!/usr/bin/env bash
# Uses the real window as a person does, by keys and mouse, on the display that xvfb-run gives; the answers are in the
# picture and in the settings that it leaves.
#   window_session.sh PROGRAM SETTINGS-FOLDER
set -eu
program="$1"
export XDG_CONFIG_HOME="$2" LIBGL_ALWAYS_SOFTWARE=1

key() { xdotool key "$1"; sleep 0.3; }
# Where the mouse is, is asked for when a frame is drawn.
click() {
  xdotool mousemove "$1" "$2"
  sleep 0.4
  xdotool mousedown 1
  sleep 0.4
  xdotool mouseup 1
  sleep 0.4
}

"$program" gui guests/zisa/zos --isa zisa --strategy trap-emulate --append "forkwait 3" &
window=$!
for _ in $(seq 300); do
  id="$(xdotool search --onlyvisible --name '^Ringside' 2>/dev/null | tail -1)" && [ -n "$id" ] && break
  sleep 0.1
done
xdotool windowfocus "$id"
sleep 0.5
key F8                # to the first lie
key shift+F10         # and back over it
key ctrl+3            # the arrangement "Cost"
click 22 22           # the main menu, which Escape closes
key Escape
key ctrl+minus
key ctrl+q
for _ in $(seq 300); do
  kill -0 $window 2>/dev/null || { wait $window; exit $?; }
  sleep 0.1
done
echo "the window did not close" >&2
kill $window
exit 1
