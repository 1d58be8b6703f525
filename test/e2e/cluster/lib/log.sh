# Progress goes to stderr with the seconds since the command began; stdout is for results.

STARTED=${EPOCHREALTIME/./}
exec 3>&2 # so that an error is seen where stderr is turned off for a while

log() {
  local passed=$((${EPOCHREALTIME/./} - STARTED))
  printf '[%4d.%ds] %s\n' $((passed / 1000000)) $((passed / 100000 % 10)) "$*" >&3
}

die() {
  log "error: $*"
  exit 1
}

# wait_until SECONDS WHAT COMMAND...: polls COMMAND until it succeeds.
wait_until() {
  local limit=$1 what=$2 deadline
  shift 2
  deadline=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "waited ${limit}s for $what; $WHERE_LOGS_ARE"
    sleep 0.2
  done
}
