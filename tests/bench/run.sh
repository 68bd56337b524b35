#!/usr/bin/env bash
# Prints what lines cost: CPU seconds per 1,000,000 lines of the real binary, beside a program that only reads the pipes
# in the same run. Builds what it needs; takes some minutes. On a busy machine all figures grow: compare ratios.
set -euo pipefail

SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly SOURCE_DIR
readonly BUILD_DIR="$SOURCE_DIR/build"
readonly BENCH="$BUILD_DIR/tests/bench"
readonly BENCHES=(ship_bench intake_bench plugin_bench outage_bench)

usage() {
  cat <<'END'
usage: tests/bench/run.sh [--quick]

  --quick   fewer lines: a minute instead of five
END
}

say() { printf '\n== %s\n' "$*"; }

main() {
  local lines=2000000 large=500000 rounds=5
  case "${1:-}" in
    '') ;;
    --quick) lines=400000 large=100000 rounds=3 ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  if [[ ! -f $BUILD_DIR/build.ninja ]]; then "$SOURCE_DIR/src/build.sh" --tests; fi
  nice ninja -C "$BUILD_DIR" tailrace "${BENCHES[@]}" >/dev/null

  say "shipping, 120 B and 1 KiB a line, with full metadata and ids"
  local size containers gzip
  for containers in 1 100; do
    for gzip in 1 0; do
      for size in "120 $lines" "1024 $large"; do
        # shellcheck disable=SC2086  # Two words.
        set -- $size
        "$BENCH/ship_bench" lines="$2" bytes="$1" containers="$containers" gzip="$gzip"
      done
    done
  done
  say "intake alone: splice, walk, index; against reading the pipe"
  "$BENCH/intake_bench" lines="$lines" rounds="$rounds"
  say "through one FIFO and back by docker logs"
  "$BENCH/plugin_bench" roundtrip lines="$lines"
  say "a server that is away for 20 s"
  "$BENCH/outage_bench"
  say "idle containers: without a destination, one for all, one each"
  "$BENCH/plugin_bench" idle containers=200
  "$BENCH/plugin_bench" idle containers=200 destinations=1
  "$BENCH/plugin_bench" idle containers=200 destinations=200
}

main "$@"
