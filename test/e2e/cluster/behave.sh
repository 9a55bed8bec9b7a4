# The program of every image of the scenarios: it behaves as its environment says.
#   START_AFTER    seconds before anything else
#   NEEDS          names of variables that must be set, else exit 1
#   NEEDS_USER     user id that it must run as, else exit 1
#   EXIT_CODE      ends with this code (after MESSAGE on standard error)
#   ALLOCATE_MIB   takes this much memory, for good
#   PORT           serves /www (/, /healthz, /ready) there; everything else is 404
# Arguments: --port=N is PORT; any other is refused.
trap 'exit 0' TERM
for argument in "$@"; do
  case "$argument" in
    --port=*) PORT=${argument#--port=} ;;
    --*) echo "error: unknown flag: $argument" >&2; exit 2 ;;
  esac
done
[ -z "$START_AFTER" ] || { busybox sleep "$START_AFTER" & wait; }
for name in $NEEDS; do
  eval "value=\$$name"
  [ -n "$value" ] || { echo "fatal: environment variable $name is not set" >&2; exit 1; }
done
if [ -n "$NEEDS_USER" ] && [ "$(busybox id -u)" != "$NEEDS_USER" ]; then
  echo "fatal: must run as user $NEEDS_USER" >&2
  exit 1
fi
[ -z "$MESSAGE" ] || echo "$MESSAGE" >&2
[ -z "$EXIT_CODE" ] || exit "$EXIT_CODE"
echo "started"
last=
[ -z "$PORT" ] || { busybox httpd -f -p "$PORT" -h /www & last=$!; }
if [ -n "$ALLOCATE_MIB" ]; then
  busybox awk -v n="$ALLOCATE_MIB" 'BEGIN { for (i = 0; i < n; i++) a[i] = sprintf("%1048576s", ""); while (1) system("busybox sleep 3600") }' &
  last=$!
fi
[ -n "$last" ] || { busybox sleep 2147483647 & last=$!; }
wait "$last"
exit $?
