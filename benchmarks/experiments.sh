#!/bin/sh
# The comparisons of docs/results.md; `make experiments` calls this. SEEDS, SWEEP_SEEDS, FEW_SEEDS and SECONDS_EACH make
# it smaller or larger. Agents that do not come along are compared where `make agents` has left them.
set -eu
seeds=${SEEDS:-201-220}
sweep_seeds=${SWEEP_SEEDS:-201-210}
few_seeds=${FEW_SEEDS:-201-205}
seconds=${SECONDS_EACH:-8}
rules=strongest-equal,strongest-sqrt,load-sqrt,load-srpt,load-fill,twin-sqrt,twin-srpt,twin-fill
learned=strongest-drl,load-drl,twin-drl,single-load-srpt,single-twin-drl
joint=load-fill@none,load-fill@need-calibrated,load-fill@spare,twin-fill@spare,load-drl@policy,twin-drl@policy
joint=$joint,single-twin-drl@policy,no-twin-drl@policy
drifting=load-fill@none,load-fill@need-calibrated,load-fill@spare,load-drl@policy
delay_agent=runs/agents/delay/agent.npz
if [ -e $delay_agent ]; then
    joint=$joint,load-drl=$delay_agent@policy,twin-drl=$delay_agent@policy
    drifting=$drifting,load-drl=$delay_agent@policy
fi
twins='twin-fill,load-fill' # and those of benchmarks/ablations.py
for ablated in NoPrediction Calibrated WrongMap WrongMapAlone; do
    twins=$twins,benchmarks.ablations:$ablated
done
agents=load-drl@policy,load-drl@none,load-drl@fixed,load-drl@need-calibrated
cell_agent=runs/agents/cell/agent.npz
[ ! -e $cell_agent ] || agents=$agents,load-drl=$cell_agent@policy
trained="--set n_ue=12 --set traffic.rate_hz=1.5 --set retraining.cycles_per_sample=4e6" # as the agents were
quota="--set compute.mode=quota --set radio.bandwidth_mode=quota"
loaded="--set n_ue=12 --set traffic.rate_hz=2" # load 0.8 of the servers
twin=runs/results/calibrated-twin.json

compare() { # SEEDS NAME ARGUMENT…
    over=$1
    out=runs/results/$2
    shift 2
    "$BIN/ns3-twin" compare --seeds "$over" --duration "$seconds" --out "$out" "$@"
}

# shellcheck disable=SC2086
main() {
    compare "$seeds" joint --policies $joint --reference load-fill@spare $trained $quota
    compare "$seeds" quota --policies random,$rules,$learned --reference load-fill $loaded $quota
    compare "$seeds" work-conserving --policies random,$rules,$learned --reference load-fill $loaded
    if [ -e runs/agents/td3/agent.npz ] && [ -e runs/agents/sac/agent.npz ]; then
        compare "$seeds" algorithms --reference load-fill@spare $trained $quota --policies \
            load-fill@spare,load-drl@policy,load-drl=runs/agents/td3/agent.npz@policy,load-drl=runs/agents/sac/agent.npz@policy
    fi
    (seconds=$((5 * seconds)) && compare "$few_seeds" longer --policies strongest-equal,load-fill,twin-fill,twin-drl \
        --reference load-fill $loaded $quota)
    compare "$sweep_seeds" agents --policies $agents --reference load-drl@policy $trained $quota
}

# shellcheck disable=SC2086
ablations() {
    if [ ! -e $twin ]; then
        "$BIN/ns3-twin" run --policy load-srpt --seeds 1-2 --duration 8 --runs-dir runs/results/calibration \
            $loaded $quota --set mobility.speed_max_mps=15
        "$BIN/ns3-twin" calibrate runs/results/calibration/* --output $twin
    fi
    compare "$sweep_seeds" twins --policies $twins --reference twin-fill $loaded $quota \
        --set mobility.speed_max_mps=15 --vary slots_per_frame=50,200
}

# shellcheck disable=SC2086
sweeps() {
    compare "$sweep_seeds" drift --policies $drifting --reference load-fill@spare \
        $trained $quota --vary learning.drift_speed=0.5,1,2
    fills="--policies load-fill,twin-fill,twin-drl --reference load-fill"
    compare "$sweep_seeds" frame $fills $loaded $quota --vary slots_per_frame=25,50,100,200
    compare "$sweep_seeds" speed $fills $loaded $quota --vary mobility.speed_max_mps=2,15,30
    compare "$sweep_seeds" load $fills $quota --set n_ue=12 --vary traffic.rate_hz=1,1.5,2,2.5
    compare "$sweep_seeds" users $fills $quota --vary n_ue=6,12,24,40
}

main
ablations
sweeps
