#!/bin/sh
# Trains the agents that come along anew and puts them where the policies look for them: some minutes on one core.
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
    cp "runs/agents/$name/agent.npz" "$agents/$name.npz"
}

train default                                      # twin-drl, load-drl, max-rsrp-drl
train frame --quick --timescale frame --steps 20000 # single-twin-drl
train raw --quick --view raw                        # no-twin-drl
