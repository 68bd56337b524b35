#!/usr/bin/env bash
# Unpacks the Docker Engine of another release of Debian: dockerd, docker and containerd, which need nothing but a C
# library as old as ours. Its runc does need a newer one, so that the machine's own is used.
#   fetch_engine.sh SUITE DIR    leaves DIR/bin, to be put in front of PATH; what is there already is kept
set -euo pipefail

readonly PACKAGES=(docker.io docker-cli containerd)
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
  printf 'fetch_engine: %s\n' "$*" >&2
  exit 1
}

# Where this machine gets its own packages from.
mirror() {
  # shellcheck disable=SC2016  # apt expands it.
  apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Codename: $1" | head -n 1
}

main() {
  (($# == 2)) || fail "usage: fetch_engine.sh SUITE DIR"
  local suite="$1" folder="$2" own_suite uri
  if [[ -x $folder/bin/dockerd ]]; then return; fi
  # shellcheck source=/dev/null
  own_suite="$(. /etc/os-release && echo "$VERSION_CODENAME")"
  uri="$(mirror "$own_suite")"
  [[ -n $uri ]] || fail "apt knows no mirror of $own_suite; run apt-get update"

  # A global, since the trap runs when main is over.
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch"/{lists/partial,cache/archives/partial,debs,root}
  : >"$scratch/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$uri" "$suite" >"$scratch/sources.list"
  local options=(-qq -o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$scratch/lists" -o "Dir::State::status=$scratch/status" -o "Dir::Cache=$scratch/cache"
    -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$scratch/debs" && apt-get "${options[@]}" download "${PACKAGES[@]}")
  local package
  for package in "$scratch"/debs/*.deb; do dpkg-deb -x "$package" "$scratch/root"; done
  rm -rf "$folder"
  mkdir -p "$folder/bin"
  cp "$scratch"/root/usr/bin/{docker,containerd,containerd-shim-runc-v2} "$scratch"/root/usr/sbin/docker{d,-proxy} "$folder/bin/"
}

main "$@"
