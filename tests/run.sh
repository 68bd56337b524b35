#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
set -euo pipefail

SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly SOURCE_DIR
readonly BUILD_DIR="$SOURCE_DIR/build"
readonly BUILD="$SOURCE_DIR/src/build.sh"
# What the tests use besides the compiler: a real Docker Engine, a registry on loopback, an image made by hand.
readonly TEST_PACKAGES="busybox-static debootstrap docker-registry docker.io e2fsprogs gzip iproute2 openssl procps valgrind"
readonly EXAMPLE_PACKAGES="curl docker-compose"
# For the servers that lines are delivered to.
readonly SERVER_PACKAGES="default-jdk-headless maven nginx-light"
# What ctest leaves out in the developer's loop: whatever needs more than the sources, or minutes.
readonly SLOW='crash|integration|dockerd|servers|delivery_e2e|bench'
# Under ASan and UBSan: the units, since the storms measure the disk and not the code. Under TSan: what has threads.
# Both builds take longer than everything else together: with --long, or by --sanitizers.
readonly UNITS='!crash|integration|sim|delivery_sim|tidy'
readonly THREADED='base|intake|spool|api|app|driver|delivery|integration'
readonly PROGRAM_SECONDS=900

mode=full
sanitizers=false
label=""
engines=""
failures=0

usage() {
  cat <<'END'
usage: tests/run.sh [--build | --quick | --long] [options]

  --build          stop after the Release build, which leaves build/tailrace
  --quick          units, simulation and tidy only: the loop of a developer
  --long           every test, and the long storms (TAILRACE_LONG=1)

  --no-sanitizers  with --long: leave out the builds with clang 14 under ASan+UBSan and TSan
  --sanitizers     only those
  --engine SUITE   only those with a Docker Engine, by that of another release of Debian (trixie, sid); --long runs both
  --label REGEX    only tests with such a label (base, wire, ..., sim, crash, dockerd, servers), without sanitizers
  --help           this text

Without options: every test. Results are in build/Testing/*.xml.
END
}

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'tests: %s\n' "$*" >&2
  exit 2
}

parse_arguments() {
  while (($#)); do
    case "$1" in
      --build) mode=build ;;
      --quick) mode=quick sanitizers=false ;;
      --long) mode=long sanitizers=true engines="trixie sid" && export TAILRACE_LONG=1 ;;
      --no-sanitizers) sanitizers=false ;;
      --sanitizers) mode=sanitizers ;;
      --label)
        (($# >= 2)) || fail "--label needs a value"
        label="$2" sanitizers=false
        shift
        ;;
      --engine)
        (($# >= 2)) || fail "--engine needs a release of Debian"
        mode=engine engines="$2" sanitizers=false
        shift
        ;;
      --help) usage && exit 0 ;;
      *) fail "unknown option '$1'; try --help" ;;
    esac
    shift
  done
}

# run_ctest NAME BUILD_DIR ARGUMENTS...: results go to build/Testing/NAME.xml.
run_ctest() {
  local name="$1" folder="$2"
  shift 2
  mkdir -p "$BUILD_DIR/Testing"
  say "tests: $name"
  ctest --test-dir "$folder" --output-on-failure -j "$(nproc)" --output-junit "$BUILD_DIR/Testing/$name.xml" "$@" ||
    failures=$((failures + 1))
}

# run_program NAME PROGRAM: a test program by itself, which saves a process for each test; quiet unless it fails.
run_program() {
  local name="$1" program="$2" log="$2.log"
  if timeout "$PROGRAM_SECONDS" "$program" --gtest_brief=1 \
    --gtest_output="xml:$BUILD_DIR/Testing/$name-$(basename "$program").xml" >"$log" 2>&1; then
    printf '%s: %s: %s\n' "$name" "$(basename "$program")" "$(tail -n 1 "$log")"
    return
  fi
  cat "$log"
  printf '%s: %s FAILED\n' "$name" "$(basename "$program")"
  return 1
}

# run_sanitizer NAME SANITIZERS PROGRAMS
run_sanitizer() {
  local name="$1" folder="$SOURCE_DIR/build-$1"
  say "building with clang 14 and -fsanitize=$2"
  if ! TAILRACE_DEPS="${TAILRACE_DEPS:-$BUILD_DIR/deps}" \
    "$BUILD" --compiler clang --sanitize "$2" --build-dir "$folder" --programs "$3"; then
    failures=$((failures + 1))
    return
  fi
  say "tests: $name"
  mkdir -p "$BUILD_DIR/Testing"
  export -f run_program
  export BUILD_DIR PROGRAM_SECONDS
  # shellcheck disable=SC2016  # The inner shell expands them.
  find "$folder/tests" -maxdepth 1 -type f -name 'test_*' -perm -u+x -print0 |
    xargs -0 -n 1 -P "$(nproc)" bash -c 'run_program "$0" "$1"' "$name" || failures=$((failures + 1))
}

run_sanitizers() {
  export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}"
  export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
  export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}"
  run_sanitizer asan address,undefined "$UNITS"
  run_sanitizer tsan thread "$THREADED"
}

# Elasticsearch and OpenSearch, kept for the next run, while the compiler works. Without them the tests that need them
# fail, and say so.
fetch_servers() {
  nice python3 -B "$SOURCE_DIR/tests/servers/artifacts.py" >"$BUILD_DIR/servers.log" 2>&1 && return
  cat "$BUILD_DIR/servers.log" >&2
  printf 'tests: no servers: their tests will fail\n' >&2
}

# What users have is newer than Debian 12's. What the image's test builds inside is the same with any of them.
run_engine() {
  local folder="$BUILD_DIR/engines/$1"
  say "the Docker Engine of Debian $1"
  if ! "$SOURCE_DIR/tests/dockerd/fetch_engine.sh" "$1" "$folder"; then
    failures=$((failures + 1))
    return
  fi
  "$folder/bin/dockerd" --version
  PATH="$folder/bin:$PATH" run_ctest "engine-$1" "$BUILD_DIR" -L dockerd -E '\.image$'
}

run_release() {
  if [[ -n $label ]]; then
    run_ctest release "$BUILD_DIR" -L "$label"
  elif [[ $mode == quick ]]; then
    run_ctest release "$BUILD_DIR" -LE "^($SLOW)\$"
  else
    run_ctest release "$BUILD_DIR"
  fi
}

main() {
  parse_arguments "$@"
  if [[ $mode == build ]]; then
    exec "$BUILD"
  fi
  rm -f "$BUILD_DIR"/Testing/*.xml
  if [[ $mode != quick && $mode != sanitizers ]]; then
    "$BUILD" --deps-only --packages "$TEST_PACKAGES $EXAMPLE_PACKAGES $SERVER_PACKAGES"
    mkdir -p "$BUILD_DIR"
    fetch_servers &
  fi
  if [[ $mode == sanitizers ]]; then
    "$BUILD" --deps-only
  else
    # The binary first, by itself: a mistake in a test never keeps it from being built.
    "$BUILD"
    "$BUILD" --tests --plugin "$BUILD_DIR/plugin"
  fi
  if [[ $mode == sanitizers ]] || "$sanitizers"; then run_sanitizers; fi
  wait
  for engine in $engines; do run_engine "$engine"; done
  # Last, so that the output ends with ctest's summary of the build that is shipped.
  if [[ $mode != sanitizers && $mode != engine ]]; then run_release; fi
  ((failures == 0))
}

main "$@"
