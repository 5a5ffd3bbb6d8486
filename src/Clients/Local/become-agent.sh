# Gives the agent its environment. Until here, where the agent's user is set, its variables had other names,
# so that none (LD_PRELOAD is one) meant anything to the programs that ran before.
# No variable of this script's own: the agent's may have any name.
set -- $AGENT_NAMES -- "$@"
unset AGENT_NAMES
while [ "$1" != -- ]; do
    eval "export $1=\"\$AGENT_ENV_$1\""
    unset "AGENT_ENV_$1"
    shift
done
shift
exec "$@"
