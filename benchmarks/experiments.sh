#!/bin/sh
# The comparisons of docs/results.md; `make experiments` calls this. SEEDS and SECONDS_EACH make it smaller.
set -eu
seeds=${SEEDS:-201-220}
seconds=${SECONDS_EACH:-20}
rules=max-rsrp-equal,max-rsrp-sqrt,load-sqrt,load-cmu,load-fill,twin-sqrt,twin-cmu,twin-fill
learned=max-rsrp-drl,load-drl,twin-drl,single-load-cmu,single-twin-drl
joint=load-fill@spare,twin-fill@spare,load-drl@policy,twin-drl@policy,single-twin-drl@policy,no-twin-drl@policy
trained="--set n_ue=12 --set traffic.rate_hz=1.5 --set retraining.cycles_per_sample=4e6" # as the agents were
quota="--set compute.mode=quota --set radio.bandwidth_mode=quota"
loaded="--set n_ue=12 --set traffic.rate_hz=2" # load 0.8 of the servers

compare() { # NAME ARGUMENT…
    out=runs/results/$1
    shift
    # shellcheck disable=SC2086
    "$BIN/ns3-twin" compare --seeds "$seeds" --duration "$seconds" --out "$out" "$@"
}

# shellcheck disable=SC2086
{
    compare quota --policies random,$rules,$learned --reference load-fill $loaded $quota
    compare work-conserving --policies random,$rules,$learned --reference load-fill $loaded
    compare retraining --policies load-cmu,load-fill,twin-fill,twin-drl,twin-drl@none,twin-drl@fixed \
        --retrain need-calibrated $loaded $quota
    compare joint --policies load-fill@none,load-fill@need-calibrated,$joint --reference load-fill@spare \
        $trained $quota
    compare joint-light --policies load-fill@none,load-fill@need-calibrated,$joint --reference load-fill@spare \
        $loaded $quota
    compare frame --policies load-fill,twin-fill,twin-drl --vary slots_per_frame=25,50,100,400 $loaded $quota
    compare load --policies load-cmu,load-fill,twin-fill,twin-drl --vary traffic.rate_hz=0.5,1,1.5,2,2.5 \
        --set n_ue=12 $quota
    compare users --policies load-cmu,load-fill,twin-fill,twin-drl --vary n_ue=6,12,24,48 $quota
    compare speed --policies load-fill,twin-fill,twin-drl --vary mobility.speed_max_mps=2,15,30 $loaded $quota
}
