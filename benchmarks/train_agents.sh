#!/bin/sh
# Trains the bundled agents again and puts them where the policies look for them: half an hour each on two cores,
# minutes on sixteen (PLACE="--processes --device cuda"). `make agents` calls this. Resumes where it was stopped: runs/agents.
set -eu
agents=py_agent/drl/agents
place=${PLACE:-}
minutes=${MINUTES:-30}

train() { # NAME CONFIG OPTION…
    name=$1
    config=benchmarks/agents/$2.yaml
    shift 2
    # shellcheck disable=SC2086
    "$BIN/ns3-twin" train --config "$config" --minutes "$minutes" $place --out "runs/agents/$name" "$@"
}

train default default                        # twin-drl, load-drl, strongest-drl, rollout-drl
train wifi wifi                              # the same over Wi-Fi
train frame default --timescale frame        # single-twin-drl
train raw default --view raw                 # no-twin-drl
for name in default wifi frame raw; do
    cp "runs/agents/$name/agent.npz" "$agents/$name.npz"
done
# Algorithms beside each other, three seeds each.
for seed in 1 2 3; do
    for algorithm in ppo sac td3; do
        train "$algorithm-$seed" default --algorithm "$algorithm" --seed "$seed"
    done
done
"$BIN/ns3-twin" training-curves docs/images/training.png runs/agents/ppo-? runs/agents/sac-? runs/agents/td3-?
