#!/usr/bin/env bash
# From a bare Debian 12 machine to the lines of a container that `docker logs` reads back through tailrace, and with
# --with-opensearch to a search that finds them. Uses the running Docker Engine, or starts a private one that shares
# nothing with the machine's. Changes no daemon configuration. Can be repeated; --cleanup takes away all that it made.
set -euo pipefail

SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly SOURCE_DIR
# dockerd's socket paths have room for 65 characters of ours.
readonly HOME_DIR="${TAILRACE_QUICKSTART_DIR:-/var/tmp/tailrace-quickstart}"
readonly ENGINE_DIR="$HOME_DIR/engine"
readonly PLUGIN=tailrace
readonly CONTAINER=tailrace-quickstart
readonly IMAGE=tailrace-quickstart:latest
# What the container writes.
readonly LINE_COUNT=6

build_dir="$SOURCE_DIR/build"
cleanup=false
with_opensearch=false
packages="busybox-static"
log_options=()

usage() {
  cat <<END
usage: examples/quickstart.sh [--with-opensearch] [--build-dir DIR]
       examples/quickstart.sh --cleanup

Builds tailrace, gives it to the Docker Engine as the plugin '$PLUGIN', runs the container
'$CONTAINER' with --log-driver $PLUGIN and shows its lines with docker logs.
Needs Debian 12 and root.

  --with-opensearch  start an OpenSearch node on 127.0.0.1 too, ship the lines there, and show what a
                     search finds; installs Java and Maven, fetches 60 MB from Maven Central, and takes
                     400 MB of memory while the node runs
  --cleanup          remove the container, the image, the plugin with its spool, the node with its data,
                     and the private engine
  --build-dir DIR    build there instead of build/
  --help             this text

Environment:
  DOCKER_HOST      the engine to use (default: the one that answers on this machine, else a private one)
END
}

say() { printf '\n==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() {
  printf '\nquickstart: %s\n' "$*" >&2
  exit 1
}

parse_arguments() {
  while (($#)); do
    case "$1" in
      --cleanup) cleanup=true ;;
      --with-opensearch) with_opensearch=true ;;
      --build-dir)
        (($# >= 2)) || fail "--build-dir needs a value; try --help"
        build_dir="$2"
        shift
        ;;
      --help) usage && exit 0 ;;
      *) fail "unknown option '$1'; try --help" ;;
    esac
    shift
  done
}

# Runs a command until it succeeds, at most so many seconds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# shellcheck source=examples/quickstart_opensearch.sh
source "$SOURCE_DIR/examples/quickstart_opensearch.sh"

engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# --- Engine ----------------------------------------------------------------------------------------------

private_engine_pid() { cat "$ENGINE_DIR/docker.pid" 2>/dev/null; }

# A pid file outlives a reboot; only a dockerd that works in our folder is ours.
private_engine_runs() {
  local pid
  pid="$(private_engine_pid)" && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "--data-root $ENGINE_DIR"
}

start_private_engine() {
  ((${#ENGINE_DIR} <= 65)) || fail "the path $ENGINE_DIR is too long for dockerd; set TAILRACE_QUICKSTART_DIR"
  mkdir -p "$ENGINE_DIR"
  # A pid file left by a machine that went down keeps dockerd or its containerd from starting.
  rm -f "$ENGINE_DIR/docker.pid" "$ENGINE_DIR/exec/containerd/containerd.pid"
  echo '{}' >"$ENGINE_DIR/daemon.json"
  # No bridge and no iptables: the machine's network stays as it is.
  setsid dockerd --data-root "$ENGINE_DIR/data" --exec-root "$ENGINE_DIR/exec" --pidfile "$ENGINE_DIR/docker.pid" \
    --host "unix://$ENGINE_DIR/docker.sock" --config-file "$ENGINE_DIR/daemon.json" \
    --bridge=none --iptables=false --ip6tables=false >>"$ENGINE_DIR/dockerd.log" 2>&1 </dev/null &
  export DOCKER_HOST="unix://$ENGINE_DIR/docker.sock"
  wait_for 30 engine_answers || fail "the private Docker Engine did not start; see $ENGINE_DIR/dockerd.log"
  note "its folder is $ENGINE_DIR; --cleanup stops it and removes the folder"
}

find_engine() {
  if command -v docker >/dev/null && engine_answers; then
    say "Using the Docker Engine that answers${DOCKER_HOST:+ at $DOCKER_HOST}"
    return
  fi
  [[ -z ${DOCKER_HOST:-} ]] || fail "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST"
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    say "Installing Docker Engine (Debian's docker.io)"
    "$SOURCE_DIR/src/build.sh" --deps-only --build-dir "$build_dir" --packages docker.io
    # On most machines the package starts the engine by itself.
    if [[ -d /run/systemd/system ]] && wait_for 15 engine_answers; then
      note "the package has started it"
      return
    fi
  fi
  if private_engine_runs; then
    say "Using the private Docker Engine of an earlier run"
    export DOCKER_HOST="unix://$ENGINE_DIR/docker.sock"
    wait_for 15 engine_answers || fail "it does not answer; try --cleanup first"
    return
  fi
  say "No Docker Engine is running: starting a private one"
  start_private_engine
}

# --- Plugin ----------------------------------------------------------------------------------------------

plugin_id() { docker plugin inspect --format '{{.Id}}' "$PLUGIN" 2>/dev/null; }
plugin_is_ours() { [[ -n "$(plugin_id)" && "$(plugin_id)" == "$(cat "$HOME_DIR/plugin-id" 2>/dev/null)" ]]; }

# Prints the containers, but ours, whose lines are in the plugin's spool.
other_users() {
  local ids
  ids="$(docker ps --all --quiet --no-trunc)"
  [[ -n $ids ]] || return 0
  # shellcheck disable=SC2086  # One word an id.
  docker inspect --format '{{.HostConfig.LogConfig.Type}} {{.Name}}' $ids 2>/dev/null |
    awk -v plugin="$PLUGIN" -v ours="/$CONTAINER" '$1 ~ "^" plugin "(:latest)?$" && $2 != ours { print substr($2, 2) }'
}

remove_plugin() {
  docker plugin disable --force "$PLUGIN" >/dev/null 2>&1 || true
  docker plugin rm --force "$PLUGIN" >/dev/null
  rm -f "$HOME_DIR/plugin-id" "$HOME_DIR/plugin-sum"
}

bundle_sum() { (cd "$HOME_DIR/plugin" && cat config.json rootfs/tailrace | sha256sum); }

create_plugin() {
  say "Creating the plugin '$PLUGIN'"
  # The engine keeps a root file system once only; this makes ours differ from one made elsewhere.
  date --rfc-3339=ns >"$HOME_DIR/plugin/rootfs/etc/tailrace-quickstart"
  docker plugin create "$PLUGIN" "$HOME_DIR/plugin" >/dev/null || fail "docker plugin create failed (see above)"
  plugin_id >"$HOME_DIR/plugin-id"
  bundle_sum >"$HOME_DIR/plugin-sum"
}

enable_plugin() {
  [[ "$(docker plugin inspect --format '{{.Enabled}}' "$PLUGIN")" != true ]] || return 0
  say "Enabling it"
  # The default timeout of 30 s would cut every `docker logs --follow`.
  docker plugin enable --timeout 0 "$PLUGIN" >/dev/null ||
    fail "docker plugin enable failed; the engine's log says why"
}

install_plugin() {
  if plugin_id >/dev/null; then
    if ! plugin_is_ours; then
      say "There is a plugin '$PLUGIN' that this script did not make: using it as it is"
    elif [[ "$(bundle_sum)" == "$(cat "$HOME_DIR/plugin-sum" 2>/dev/null)" ]]; then
      say "The plugin '$PLUGIN' is there and up to date"
    elif [[ -n "$(other_users)" ]]; then
      say "The plugin '$PLUGIN' of an earlier build stays: containers use it ($(other_users | xargs))"
    else
      say "Replacing the plugin '$PLUGIN' of an earlier build"
      remove_plugin
      create_plugin
    fi
  else
    create_plugin
  fi
  enable_plugin
}

# --- Container -------------------------------------------------------------------------------------------

# A static busybox is a whole image: nothing is pulled, so no registry is needed.
make_image() {
  if docker image inspect "$IMAGE" >/dev/null 2>&1; then return; fi
  say "Making the image $IMAGE from busybox"
  local rootfs="$HOME_DIR/image" applet busybox
  busybox="$(command -v busybox)" || fail "busybox is missing: apt-get install busybox-static"
  mkdir -p "$rootfs"/{bin,etc,tmp}
  cp "$busybox" "$rootfs/bin/busybox"
  for applet in sh cat date echo printf seq sleep; do ln -sf busybox "$rootfs/bin/$applet"; done
  tar -C "$rootfs" -c . | docker import - "$IMAGE" >/dev/null || fail "docker import failed (see above)"
}

run_container() {
  docker rm --force "$CONTAINER" >/dev/null 2>&1 || true
  say "docker run --name $CONTAINER --log-driver $PLUGIN ${log_options[*]} ..."
  local output
  # shellcheck disable=SC2016  # The container's shell expands it.
  local script='for i in 1 2 3 4 5; do echo "line $i on stdout"; done; echo "and one on stderr" >&2'
  output="$(docker run --name "$CONTAINER" --network none --log-driver "$PLUGIN" "${log_options[@]}" "$IMAGE" \
    sh -c "$script" 2>&1)" || fail "the container did not run: $output"
}

show_lines() {
  say "docker logs --timestamps $CONTAINER"
  docker logs --timestamps "$CONTAINER" 2>&1 | tee "$HOME_DIR/lines"
  (($(wc -l <"$HOME_DIR/lines") == LINE_COUNT)) || fail "docker logs should have shown $LINE_COUNT lines"
}

say_what_next() {
  say "Done: these lines came from tailrace's spool."
  if [[ ${DOCKER_HOST:-} == "unix://$ENGINE_DIR/docker.sock" ]]; then
    note "The private engine goes on running. To use it:   export DOCKER_HOST=$DOCKER_HOST"
  fi
  note "Your own containers:   docker run --log-driver $PLUGIN ${log_options[*]} ..."
  if "$with_opensearch"; then note "OpenSearch goes on running at $(node_url)"; fi
  note "To remove it all:      examples/quickstart.sh --cleanup"
}

# --- Cleanup ---------------------------------------------------------------------------------------------

clean_up_in_engine() {
  local others
  if docker container inspect "$CONTAINER" >/dev/null 2>&1; then
    docker rm --force "$CONTAINER" >/dev/null
    note "removed the container $CONTAINER"
  fi
  if plugin_is_ours; then
    others="$(other_users | xargs)"
    [[ -z $others ]] || fail "these containers still have their lines in the plugin: $others; remove them first"
    remove_plugin
    note "removed the plugin $PLUGIN and its spool"
  fi
  if docker image rm "$IMAGE" >/dev/null 2>&1; then note "removed the image $IMAGE"; fi
}

stop_private_engine() {
  local pid
  if private_engine_runs; then
    pid="$(private_engine_pid)"
    kill "$pid"
    # Up to 10 s for each of containers and plugins to end.
    wait_for 40 eval "! private_engine_runs" || fail "the private engine (process $pid) does not stop"
    note "stopped the private engine"
  fi
  awk -v folder="$ENGINE_DIR/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
    while read -r mount; do umount -l "$mount"; done
}

clean_up() {
  say "Removing what the quick start has made"
  if private_engine_runs; then
    DOCKER_HOST="unix://$ENGINE_DIR/docker.sock" clean_up_in_engine
  elif command -v docker >/dev/null && engine_answers; then
    clean_up_in_engine
  elif [[ -f $HOME_DIR/plugin-id && ! -d $ENGINE_DIR ]]; then
    fail "the Docker Engine that has the plugin does not answer; start it and try again"
  fi
  stop_node
  stop_private_engine
  rm -rf "$HOME_DIR"
  note "removed $HOME_DIR (installed packages, $build_dir and OpenSearch's programs in /var/cache stay)"
}

main() {
  parse_arguments "$@"
  ((EUID == 0)) || fail "this needs root: it installs packages and talks to the Docker Engine"
  if "$cleanup"; then
    clean_up
    return
  fi
  mkdir -p "$HOME_DIR"
  say "Building tailrace (a few minutes the first time)"
  if "$with_opensearch"; then packages+=" $NODE_PACKAGES"; fi
  "$SOURCE_DIR/src/build.sh" --build-dir "$build_dir" --packages "$packages" --plugin "$HOME_DIR/plugin"
  if "$with_opensearch"; then
    start_node
    log_options=(--log-opt "es-url=$(node_url)")
  fi
  find_engine
  install_plugin
  make_image
  run_container
  if "$with_opensearch"; then show_hits; fi
  show_lines
  say_what_next
}

main "$@"
