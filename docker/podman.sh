# shellcheck shell=bash
# Sourced by verify.sh where there is no Docker engine: podman and buildah in Docker's place, as root, with a storage of
# their own. The base image is made with debootstrap if it cannot be pulled.

storage=${VERIFY_STORAGE:-$(mktemp -d /var/tmp/ns3-twin-verify.XXXXXX)}
mkdir -p "$storage/host"
export CONTAINERS_STORAGE_CONF=$storage/storage.conf CONTAINERS_CONF=$storage/containers.conf
cat > "$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "overlay"
graphroot = "$storage/graph"
runroot = "$storage/run"
END
# runc and limits below the host's own: they work inside containers and virtual machines, too.
cat > "$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END

leave_engine() {
  [[ -z ${VERIFY_STORAGE-} ]] || return 0
  podman rm --all --force > /dev/null
  podman system reset --force > /dev/null 2>&1 || true
  rm -rf "$storage"
}

# Sets base_image: what the Dockerfile pins or, where no registry answers, its like made with debootstrap.
find_base_image() {
  local pinned
  pinned=$(sed -n 's/^ARG DEBIAN=//p' docker/Dockerfile)
  base_image=docker.io/library/${pinned/:*@/@}  # older podmans take no tag beside a digest
  podman pull --quiet "$base_image" 2> /dev/null && return
  base_image=localhost/debian:bookworm-slim
  podman image exists "$base_image" && return
  echo "no registry: making $base_image with debootstrap"
  debootstrap --variant=minbase bookworm "$storage/root" > "$storage/debootstrap.log"
  rm -rf "$storage"/root/usr/share/{doc,info,locale,man}/* "$storage"/root/var/{cache/apt,lib/apt/lists}/*
  # What the official image also tells apt: keep nothing.
  echo 'APT::Keep-Downloaded-Packages "false"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";' \
    > "$storage/root/etc/apt/apt.conf.d/docker-clean"
  tar -C "$storage/root" -c . | podman import --quiet - "$base_image"
  rm -rf "$storage/root"
}

# How this machine reaches its packages, for pip in the build: `pip.conf`, and the folders that it names.
pip_mounts=()
find_pip_mounts() {
  local certificates option value place
  certificates=$(python3 -m pip config get global.cert 2> /dev/null || true)
  cp "${certificates:-/etc/ssl/certs/ca-certificates.crt}" "$storage/host/ca.crt"
  printf '[global]\ncert = /run/host/ca.crt\n' > "$storage/host/pip.conf"
  for option in index-url extra-index-url find-links; do
    value=$(python3 -m pip config get "global.$option" 2> /dev/null) || continue
    echo "$option = $value" >> "$storage/host/pip.conf"
    for place in $value; do
      place=${place#file://}
      place=${place%/simple}  # an index keeps its files beside its pages
      [[ ! -d $place ]] || pip_mounts+=(--volume "$place:$place:ro")
    done
  done
  pip_mounts+=(--volume "$storage/host:/run/host:ro" --volume "$storage/host/pip.conf:/etc/pip.conf:ro")
}

build() { # TARGET TAG
  buildah bud --layers --isolation chroot --network host --pull-never "${pip_mounts[@]}" \
    --build-arg DEBIAN="$base_image" --build-arg TORCH="$TORCH" --file docker/Dockerfile --target "$1" --tag "$2" .
}

compose() { # without its chatter: numbers of containers, and that there is no systemd
  "$storage/compose/bin/podman-compose" --file docker/compose.yaml "$@" 2>&1 | sed -E '/^[0-9a-f]{64}$|systemd|syslog/d'
}

cluster() {
  "$storage/compose/bin/podman-compose" --file docker/compose.ray.yaml --profile driver "$@"
}

# Older podmans let nobody wait for health, and without systemd none looks after it by itself.
cluster_up() {
  cluster up --detach head
  await 120 is_healthy "$(container ray.head)"
  cluster up --detach --scale worker=2 worker
}

compose_up() {
  compose up --detach physical
  await 120 is_healthy "$(container physical)"
  compose up --detach agent
}

is_healthy() {
  podman healthcheck run "$1"
}

python3 -m venv "$storage/compose"
"$storage/compose/bin/pip" install --quiet podman-compose==1.6.0
find_pip_mounts
find_base_image
