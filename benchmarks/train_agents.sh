#!/bin/sh
# Trains the agents that come along anew and puts them where the policies look for them: an hour on one core.
# `make agents` calls this. Resumes where it was stopped: runs/agents.
set -eu
agents=py_agent/drl/agents
network="--set n_ue=12 --set traffic.rate_hz=1.5 --set retraining.cycles_per_sample=4e6"
quota="--set compute.mode=quota --set radio.bandwidth_mode=quota"

train() { # NAME OPTION…
    name=$1
    shift
    # shellcheck disable=SC2086
    "$BIN/ns3-twin" train $network $quota --out "runs/agents/$name" "$@"
}

train default                                  # twin-drl, load-drl, strongest-drl
train frame --timescale frame --steps 160000   # single-twin-drl; as many simulated seconds as the others
train raw --view raw                           # no-twin-drl
# Those that do not come along: one sees all users of its cell, to one delays weigh more beside accuracy, two
# learn by other algorithms.
train cell --architecture cell
train delay --set learning.accuracy_weight=4
train td3 --algorithm td3 --steps 2000000
train sac --algorithm sac --steps 2000000
for name in default frame raw; do
    cp "runs/agents/$name/agent.npz" "$agents/$name.npz"
done
