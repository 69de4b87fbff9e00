#!/usr/bin/env bash
# Build all images, let them work, alone and together, stop them in the middle of it, and see that nothing is left.
#
#   TORCH='torch==2.13.0+cpu' PIP_EXTRA_INDEX_URL=… docker/verify.sh     (or make verify-docker)
#
# With Docker if its engine answers; else with podman (podman.sh), as root. VERIFY_STORAGE keeps podman's layers there.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${TORCH:=torch==2.13.0}" "${PIP_EXTRA_INDEX_URL:=}"
export TORCH PIP_EXTRA_INDEX_URL

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

await() { # SECONDS COMMAND…
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "waited in vain for: $*"
    sleep 0.5
  done
}

container() { $engine ps --all --quiet --filter "name=ns3-twin.$1.1"; } # SERVICE, or ray.SERVICE
status() { $engine inspect --format "{{.State.$2}}" "$1"; } # CONTAINER FIELD
agent_has_ended() { [[ $(status "$(container agent)" Status) == exited ]]; }
agent_writes() { $engine exec "$(container agent)" sh -c 'find runs -newer /keys/gateway.key | grep slots'; }

check_size() { # IMAGE LIMIT_MB
  local mb=$(($($engine image inspect --format '{{.Size}}' "$1") / 1000000))
  echo "$1: $mb MB (limit $2 MB)"
  ((mb <= $2)) || fail "$1 is too large"
}

check_stop() { # WHAT CONTAINER STATUS
  local start=$EPOCHREALTIME seconds
  $engine stop --time 10 "$2" > /dev/null 2>&1
  seconds=$(awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.2f", end - start }')
  echo "$1: stopped after $seconds s, status $(status "$2" ExitCode)"
  [[ $(status "$2" ExitCode) == "$3" ]] || fail "the status should be $3"
  awk -v seconds="$seconds" 'BEGIN { exit seconds >= 3 }' || fail "that is more than 3 s"
}

check_left() { # WHAT, and what was found
  echo "$1: ${2:-none}"
  [[ -z $2 ]] || fail "$1 left behind"
}

work=$(mktemp -d)
# shellcheck disable=SC2329  # from the trap
compose() { :; }
# shellcheck disable=SC2329
cluster() { :; }
leave_engine() { :; }
clean_up() {
  compose down --volumes > /dev/null 2>&1 || true
  cluster down --volumes > /dev/null 2>&1 || true
  leave_engine
  rm -rf "$work"
}
trap clean_up EXIT

if docker info > /dev/null 2>&1; then
  engine=docker
  compose() { docker compose --file docker/compose.yaml "$@"; }
  compose_up() { compose up --detach; }
  cluster() { docker compose --file docker/compose.ray.yaml "$@"; }
  cluster_up() { cluster up --detach --scale worker=2; }
  is_healthy() { [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]; }
  build() {
    docker build --build-arg TORCH --build-arg PIP_EXTRA_INDEX_URL --file docker/Dockerfile --target "$1" --tag "$2" .
  }
else
  missing=$(for tool in podman buildah runc debootstrap; do command -v $tool > /dev/null || echo $tool; done)
  [[ -z $missing ]] || fail "no Docker engine answers, and for podman in its place there is no ${missing//$'\n'/, }" \
    "(Debian: apt install podman buildah runc netavark aardvark-dns iptables debootstrap)"
  [[ $(id -u) == 0 ]] || fail "no Docker engine answers, and podman in its place needs root"
  engine=podman
  # shellcheck source=docker/podman.sh
  source docker/podman.sh
fi

echo "== images, built with $($engine --version)"
build physical ns3-twin-physical
build agent ns3-twin
check_size ns3-twin-physical 400
check_size ns3-twin 1500
$engine run --rm ns3-twin pip freeze --exclude ns3-twin | sed 's/+.*//' | sort > "$work/installed"
unpinned=$(sort docker/constraints.txt | comm -23 "$work/installed" - | xargs)
[[ -z $unpinned ]] || fail "not in docker/constraints.txt: $unpinned"

echo "== docker run … ns3-twin run"
$engine run --rm --volume "$work:/out" --user "$(id -u)" ns3-twin \
  ns3-twin run --duration 2 --retrain need-calibrated --json --runs-dir /out/runs
[[ -s $(echo "$work"/runs/*/report.html) ]] || fail "the run left no report in the mounted folder"

echo "== stopped in the middle"
$engine run --detach --name ns3-twin-long ns3-twin ns3-twin run --duration 10000 > /dev/null
await 120 $engine exec ns3-twin-long sh -c 'test -s runs/*/slots.arrows'
check_stop "ns3-twin run" ns3-twin-long 143
$engine rm --volumes ns3-twin-long > /dev/null

echo "== docker compose up"
DURATION_S=5 compose_up
echo "keys while it runs: $($engine exec "$(container physical)" ls /keys | xargs)"
await 300 agent_has_ended
$engine logs "$(container agent)"
compose down

echo "== the agent swapped for a file of the user's"
DURATION_S=5 AGENT=$PWD/examples/own_policy.py POLICY=agent:MarginPolicy compose_up
await 300 agent_has_ended
$engine logs "$(container agent)"
[[ $(status "$(container agent)" ExitCode) == 0 ]] || fail "the user's agent ended with an error"
compose down

echo "== both stopped in the middle"
DURATION_S=10000 compose_up
await 120 agent_writes
await 60 is_healthy "$(container physical)"
await 60 is_healthy "$(container agent)"
echo "both are healthy"
check_stop agent "$(container agent)" 143
check_stop physical "$(container physical)" 0
compose down

echo "== a cluster of Ray: a head and two workers"
build ray ns3-twin-ray
compared=(ns3-twin compare --policies "load-srpt,load-fill" --seeds 1-3 --duration 5 --json)
$engine run --rm ns3-twin-ray "${compared[@]}" > "$work/alone"
RAY_AUTH_TOKEN=$(openssl rand -hex 32)
export RAY_AUTH_TOKEN
CPUS=1 cluster_up
cluster run --rm --no-deps -T driver "${compared[@]}" --ray auto > "$work/together"
python3 - "$work/alone" "$work/together" <<'END' || fail "the cluster has other numbers than one machine"
import json, sys

alone, together = ([json.loads(line) for line in open(path) if line[0] == "{"][-1] for path in sys.argv[1:])
for row in alone["rows"] + together["rows"]:
    del row["means"]["decision_ms_per_slot"]  # what the clock measures
print(f"{len(alone['rows'])} rows of one machine, and of the cluster")
sys.exit(alone != together)
END
! RAY_AUTH_TOKEN=wrong cluster run --rm --no-deps -T driver true > "$work/refused" 2>&1 || fail "a wrong token was let in"
grep --max-count=1 --ignore-case 'token' "$work/refused" || fail "it is not the token that was refused"
cluster down --volumes > /dev/null 2>&1

echo "== what is left"
check_left containers "$($engine ps --all --format '{{.Names}}' --filter name=ns3-twin | xargs)"
check_left "processes, and with them shared memory, which has no names" \
  "$(pgrep --full --list-full '^tini -- ns3-twin|/opt/ns3-twin/bin/ns3-twin|^/opt/ns3-twin/.*/ns3_scenarios/bin/' | xargs)"
check_left keys "$($engine run --rm --volume ns3-twin_keys:/keys ns3-twin-physical ls /keys)"
compose down --volumes > /dev/null 2>&1
check_left volumes "$($engine volume ls --quiet --filter name=ns3-twin | xargs)"
echo "all is well"
