# shellcheck shell=bash
# Functions for one OpenSearch node on loopback, of the same programs as the tests' own (tests/servers); sourced by
# quickstart.sh, which defines say(), note(), fail(), wait_for() and the constants.

readonly NODE_DIR="$HOME_DIR/opensearch"
readonly NODE_PACKAGES="curl default-jdk-headless maven python3"
readonly NODE_PORT_FIRST=9200
readonly NODE_PORT_LAST=9299
# Where lines go by default: es-index is not set here.
readonly INDEX=logs-docker-default

node_url() { echo "http://127.0.0.1:$(cat "$NODE_DIR/port")"; }
node_pid() { cat "$NODE_DIR/pid" 2>/dev/null; }

# A pid file outlives a reboot; only a process that works in our folder is our node.
node_runs() {
  local pid
  pid="$(node_pid)" && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$NODE_DIR"
}

ask_node() { curl --silent --show-error --fail --max-time 20 --noproxy '*' "$@"; }
node_is_ready() { ask_node "$(node_url)/_cluster/health"; }
node_is_ready_or_ended() { node_is_ready || ! kill -0 "$(node_pid)"; }

free_port() {
  local port
  for ((port = NODE_PORT_FIRST; port <= NODE_PORT_LAST; port++)); do
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  fail "no free port from $NODE_PORT_FIRST to $NODE_PORT_LAST"
}

start_node() {
  if node_runs; then
    say "Using the OpenSearch node of an earlier run, $(node_url)"
  else
    say "Starting an OpenSearch node (its programs come from Maven Central the first time)"
    mkdir -p "$NODE_DIR"
    free_port >"$NODE_DIR/port"
    # It becomes java, and so keeps its process id.
    setsid python3 -B "$SOURCE_DIR/tests/servers/opensearch.py" "$NODE_DIR" "$(cat "$NODE_DIR/port")" \
      >>"$NODE_DIR/log" 2>&1 </dev/null &
    echo $! >"$NODE_DIR/pid"
  fi
  wait_for 600 node_is_ready_or_ended || fail "it does not answer; see $NODE_DIR/log"
  node_runs || fail "it ended by itself; see $NODE_DIR/log"
  note "it listens at $(node_url), for this machine only"
}

# How many documents of the container there are.
count_hits() {
  ask_node --request POST "$(node_url)/$INDEX/_refresh" >/dev/null &&
    ask_node "$(node_url)/$INDEX/_count?q=container.id:$1" | sed -n 's/.*"count":\([0-9]*\).*/\1/p'
}
all_hits_are_there() { (($(count_hits "$1") >= LINE_COUNT)); }

show_hits() {
  local id url started=$SECONDS
  id="$(docker inspect --format '{{.Id}}' "$CONTAINER")"
  wait_for 60 all_hits_are_there "$id" || fail "the lines did not arrive; the engine's log says why"
  url="$(node_url)/$INDEX/_search?q=container.id:$id&sort=log.offset&size=$LINE_COUNT"
  url+="&_source_includes=@timestamp,stream,container.name,message&filter_path=hits.total.value,hits.hits._source"
  say "curl '$url&pretty'"
  ask_node "$url&pretty"
  echo
  note "found $((SECONDS - started)) s after the container had ended"
  (($(count_hits "$id") == LINE_COUNT)) || fail "there should be $LINE_COUNT documents of this container"
}

stop_node() {
  local pid
  if node_runs; then
    pid="$(node_pid)"
    kill "$pid"
    wait_for 40 eval "! node_runs" || fail "the OpenSearch node (process $pid) does not stop"
    note "stopped the OpenSearch node"
  fi
}
