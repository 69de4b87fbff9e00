#!/bin/sh
# Trains the bundled agents again and puts them where the policies look for them: half an hour each on two cores,
# minutes on sixteen (PLACE="--processes --device cuda"). `make agents` calls this. Resumes where it was stopped: runs/agents.
set -eu
agents=py_agent/drl/agents
settings=benchmarks/agents/default.yaml
place=${PLACE:-}
minutes=${MINUTES:-30}

train() { # NAME OPTION…
    name=$1
    shift
    # shellcheck disable=SC2086
    "$BIN/ns3-twin" train --config "$settings" --minutes "$minutes" $place --out "runs/agents/$name" "$@"
}

train default                                # twin-drl, load-drl, strongest-drl, rollout-drl
train frame --timescale frame                # single-twin-drl
train raw --view raw                         # no-twin-drl
for name in default frame raw; do
    cp "runs/agents/$name/agent.npz" "$agents/$name.npz"
done
# Algorithms beside each other, three seeds each.
for seed in 1 2 3; do
    for algorithm in ppo sac td3; do
        train "$algorithm-$seed" --algorithm "$algorithm" --seed "$seed"
    done
done
"$BIN/ns3-twin" training-curves docs/images/training.png runs/agents/ppo-? runs/agents/sac-? runs/agents/td3-?
