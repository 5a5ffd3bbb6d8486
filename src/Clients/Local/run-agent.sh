# $1 folder of the agent, $2 its launch, $3 its user (empty: this one), $4... the command.
# This shell stays as the leader of the agent's process group, to see how the agent ends.
folder=$1 launch=$2 user=$3
shift 3
umask 077
cd "$folder/data" || exit 71
exec </dev/null >>"$folder/agent.log" 2>&1 9>>"$folder/lock"
# Waits a little, because somebody who only looks whether it is locked holds it for a moment.
flock -w 2 -E 75 9 || exit
# A signal to the group is the agent's to answer; a handler, unlike an ignored signal, is not inherited.
trap : HUP INT TERM
rm -f "$folder/exit"
record "$folder/pid" "$launch" || exit 70
if [ -n "$user" ]; then
    set -- setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs -- "$@"
fi
"$@"
code=$?
printf '%s\n' "$code" >"$folder/exit.new" && mv "$folder/exit.new" "$folder/exit"
