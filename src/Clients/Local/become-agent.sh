# Gives the agent its environment. Until here, where the agent's user is set, its variables had other names,
# so that none (LD_PRELOAD is one) meant anything to the programs that ran before.
for name in $AGENT_NAMES; do
    eval "export $name=\"\$AGENT_ENV_$name\""
    unset "AGENT_ENV_$name"
done
unset AGENT_NAMES
exec "$@"
