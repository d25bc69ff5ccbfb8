#!/usr/bin/env bash
# Builds the image of compose/Dockerfile as plumbline:latest with a Docker engine or buildah; where no base image can be
# pulled it makes debian:12 from the Debian archive that apt of this machine uses.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --help ]; then
  cat <<'END'
usage: compose/image.sh [--check]

Builds plumbline:latest for compose/compose.yaml. Needs a Docker engine that runs, or buildah, and the image debian:12.
Without that image it is pulled; where nothing can be pulled, root makes it with debootstrap from this machine's own
Debian archive, with the certificates that this machine trusts. --check builds nothing and says whether that would work.
Exit code 6 when something is missing.
END
  exit 0
fi

stop() {
  printf 'compose/image.sh: %s\n' "$*" >&2
  exit 6
}

if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
  engine=docker
elif command -v buildah >/dev/null; then
  engine=buildah
else
  stop "no Docker engine answers and there is no buildah; install the Debian package docker.io or buildah and start it"
fi

has_base() {
  if [ "$engine" = docker ]; then docker image inspect debian:12; else buildah inspect --type image debian:12; fi >/dev/null 2>&1
}

# A name that the engine finds again for FROM debian:12.
take_base() { # folder
  if [ "$engine" = docker ]; then
    tar -C "$1" --one-file-system -c . | docker import - debian:12
    return
  fi
  local container
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$1" /
  buildah commit --quiet "$container" debian:12
  buildah rm "$container"
} >/dev/null

make_base() {
  local archive folder
  archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
  [ -n "$archive" ] || stop "apt of this machine knows no archive of Debian 12, of which to make a base image"
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder is known now
  trap "rm -rf '$folder'" EXIT
  printf 'compose/image.sh: making the base image debian:12\n'
  debootstrap --variant=minbase bookworm "$folder/root" "$archive" >"$folder/log" 2>&1 ||
    stop "debootstrap failed: $(tail -n 1 "$folder/log")"
  mkdir -p "$folder/root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$folder/root/usr/local/share/ca-certificates/" 2>/dev/null || true
  take_base "$folder/root"
}

can_make_base() { [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; }

if ! has_base; then
  if [ "${1:-}" = --check ]; then
    can_make_base || stop "there is no image debian:12, and only root with debootstrap can make one"
  elif ! "$engine" pull debian:12 >/dev/null 2>&1; then
    can_make_base || stop "the image debian:12 cannot be pulled; as root, with the Debian package debootstrap, it can be made"
    make_base
  fi
fi
if [ "${1:-}" = --check ]; then
  printf 'compose/image.sh: %s can build the image\n' "$engine"
  exit 0
fi
# The host's network: a network of the engine's own may lead nowhere.
if [ "$engine" = docker ]; then
  docker build --network host -f compose/Dockerfile -t plumbline:latest .
else
  buildah bud --isolation chroot --pull=never --network host -f compose/Dockerfile -t plumbline:latest .
fi
