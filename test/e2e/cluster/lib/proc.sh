# Background processes, recorded so that only what was started here is ever ended: the process id together with
# its start time (field 22 of /proc/PID/stat, see proc(5)), because ids are used again.

# Nothing for a process that has ended and only waits for its parent to notice (state Z).
start_time() { awk '{ sub(/^.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2>/dev/null; }

# recorded_pid NAME: prints the id if that very process is still running.
recorded_pid() {
  local pid started
  read -r pid started 2>/dev/null <"$RUN/pids/$1" || return 1
  [[ -n $started && $(start_time "$pid") == "$started" ]] && echo "$pid"
}

# start NAME COMMAND...: in the background, in a session of its own, unless it runs already.
start() {
  local name=$1 pid
  shift
  recorded_pid "$name" >/dev/null && return
  mkdir -p "$RUN/pids" "$LOGS"
  setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null 3>&- 9>&- &
  pid=$!
  echo "$pid $(start_time "$pid")" >"$RUN/pids/$name"
  disown "$pid"
}

# stop NAME [SIGNAL]: waits until the process is gone, by force after 10 s.
stop() {
  local pid i
  pid=$(recorded_pid "$1") || { rm -f "$RUN/pids/$1"; return 0; }
  kill "-${2:-TERM}" "$pid" 2>/dev/null
  for ((i = 0; i < 100; i++)); do
    recorded_pid "$1" >/dev/null || break
    sleep 0.1
  done
  recorded_pid "$1" >/dev/null && kill -KILL "$pid"
  rm -f "$RUN/pids/$1"
}
