#!/bin/sh
# What the parts of the twin bring, and sweeps over frame length, load, users, speed and drift; `make experiments` calls
# this. SEEDS and SECONDS_EACH make it smaller or larger, RAY=auto runs it on a cluster. Policies are compared on fixed settings by `make benchmark`.
set -eu
seeds=${SEEDS:-201-210}
seconds=${SECONDS_EACH:-60}
twins='twin-fill,load-fill' # and those of benchmarks/ablations.py
for ablated in NoPrediction Calibrated WrongMap WrongMapAlone; do
    twins=$twins,benchmarks.ablations:$ablated
done
quota="--set compute.mode=quota --set radio.bandwidth_mode=quota"
models="--set n_ue=12 --set retraining.cycles_per_sample=3e6"
twin=runs/results/calibrated-twin.json

compare() { # NAME ARGUMENT…
    out=runs/results/$1
    shift
    "$BIN/ns3-twin" compare --seeds "$seeds" --duration "$seconds" --out "$out" ${RAY:+--ray "$RAY"} "$@"
}

# shellcheck disable=SC2086
ablations() {
    if [ ! -e $twin ]; then
        "$BIN/ns3-twin" run --policy load-srpt --seeds 1-2 --duration 8 --runs-dir runs/results/calibration \
            $quota --set n_ue=12 --set mobility.speed_max_mps=15
        "$BIN/ns3-twin" calibrate runs/results/calibration/* --output $twin
    fi
    compare twins --policies $twins --reference twin-fill $quota --set n_ue=12 --set mobility.speed_max_mps=15 \
        --vary slots_per_frame=50,200
}

# shellcheck disable=SC2086
sweeps() {
    compare drift --policies load-fill@none,load-fill@spare,rollout-fill@spare,rollout-drl@policy --reference load-fill@spare \
        $models $quota --vary learning.drift_speed=0.25,0.5,1
    fills="--policies load-fill,twin-fill,rollout-fill --reference load-fill"
    compare frame $fills $quota --set n_ue=12 --vary slots_per_frame=25,50,100,200
    compare speed $fills $quota --set n_ue=12 --vary mobility.speed_max_mps=2,15,30
    compare load $fills $quota --set n_ue=12 --vary traffic.rate_hz=0.5,1,1.5
    compare users $fills $quota --vary n_ue=6,12,18
}

ablations
sweeps
