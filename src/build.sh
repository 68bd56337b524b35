#!/usr/bin/env bash
# Installs what the build needs and makes tailrace: the one script behind the quick start, the tests and the
# Dockerfile, so that all three build the same binary the same way. Everything comes from Debian's own
# packages, through the package sources that the machine already has.
set -euo pipefail

SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly SOURCE_DIR
readonly BUILD_PACKAGES=(ca-certificates cmake g++ libprotobuf-dev libre2-dev ninja-build protobuf-compiler
  rapidjson-dev)
readonly TEST_PACKAGES=(libgtest-dev python3)
readonly CLANG_PACKAGES=(clang-14 libclang-rt-14-dev)

build_dir="$SOURCE_DIR/build"
deps_only=false
with_tests=false
programs=""
sanitize=""
compiler=""
plugin_dir=""
more_packages=()
scratch=""

usage() {
  cat <<'END'
usage: src/build.sh [options]

Installs missing build dependencies (Debian 12, as root) and builds the static binary build/tailrace.

  --deps-only      install the dependencies, make the libraries that Debian lacks, and stop
  --tests          build the tests too
  --programs REGEX of the tests only the programs test_REGEX; !REGEX: all but these
  --build-dir DIR  build there instead of build/
  --sanitize X     build the tests with a sanitizer (address,undefined or thread); not static
  --compiler clang build with clang 14 instead of g++
  --packages "A B" install these Debian packages too, where they are missing
  --plugin DIR     after the build lay out DIR/config.json and DIR/rootfs for `docker plugin create`
  --help           this text

Environment:
  TAILRACE_DEPS    where httplib.h, libcurl and ISA-L are kept (default: BUILD_DIR/deps); put them there
                   yourself to build without a package source
  TAILRACE_JOBS    compilers at a time (default: one a processor)
END
}

say() { printf 'build: %s\n' "$*"; }
fail() {
  printf 'build: %s\n' "$*" >&2
  exit 1
}

parse_arguments() {
  while (($#)); do
    case "$1" in
      --deps-only) deps_only=true ;;
      --tests) with_tests=true ;;
      --build-dir | --sanitize | --compiler | --packages | --plugin | --programs)
        (($# >= 2)) || fail "$1 needs a value; try --help"
        take_value "$1" "$2"
        shift
        ;;
      --help) usage && exit 0 ;;
      *) fail "unknown option '$1'; try --help" ;;
    esac
    shift
  done
}

take_value() {
  case "$1" in
    --build-dir) build_dir="$(realpath -m "$2")" ;;
    --sanitize) sanitize="$2" with_tests=true ;;
    --compiler)
      [[ $2 == clang || $2 == g++ ]] || fail "--compiler is clang or g++, not '$2'"
      compiler="$2"
      ;;
    --packages) read -ra more_packages <<<"$2" ;;
    --programs) programs="$2" with_tests=true ;;
    --plugin) plugin_dir="$(realpath -m "$2")" ;;
  esac
}

# --- Packages --------------------------------------------------------------------------------------------

# shellcheck source=src/debian_packages.sh
source "$SOURCE_DIR/src/debian_packages.sh"

install_dependencies() {
  command -v dpkg-query >/dev/null ||
    fail "this script installs Debian packages, and this is no Debian machine; docker build . works anywhere"
  local packages=("${BUILD_PACKAGES[@]}" "${more_packages[@]}")
  if "$with_tests"; then packages+=("${TEST_PACKAGES[@]}"); fi
  if [[ $compiler == clang ]]; then packages+=("${CLANG_PACKAGES[@]}"); fi
  install_packages "${packages[@]}"
}

# --- httplib.h -------------------------------------------------------------------------------------------
# The binary package has the declarations only, bound to a shared library; the single header is in the source
# package.
fetch_httplib() {
  deps_dir="$(realpath -m "${TAILRACE_DEPS:-$build_dir/deps}")"
  if [[ ! -s $deps_dir/httplib.h ]]; then
    say "fetching httplib.h from Debian's source package cpp-httplib"
    mkdir -p "$deps_dir"
    scratch="$(mktemp -d)"
    unpack_sources "$scratch" cpp-httplib
    # Renamed into place, so that a build that is interrupted here never leaves half a header.
    cp "$scratch"/cpp-httplib-*/httplib.h "$deps_dir/.httplib.h.$$"
    mv "$deps_dir/.httplib.h.$$" "$deps_dir/httplib.h"
  fi
}

# --- Build -----------------------------------------------------------------------------------------------

configure() {
  local arguments=(-S "$SOURCE_DIR" -B "$build_dir" -G Ninja -DCMAKE_BUILD_TYPE=Release
    "-DTAILRACE_HTTPLIB_DIR=$deps_dir" "-DTAILRACE_CURL_DIR=$deps_dir/curl" "-DTAILRACE_ISAL_DIR=$deps_dir/isal"
    "-DSANITIZE=$sanitize")
  if [[ -z $sanitize ]]; then arguments+=(-DTAILRACE_STATIC=ON); fi
  # A plain build after one with tests leaves them switched on: they are not built, but stay known to ctest.
  if "$with_tests"; then
    arguments+=(-DTAILRACE_TESTS=ON)
  elif [[ ! -f $build_dir/CMakeCache.txt ]]; then
    arguments+=(-DTAILRACE_TESTS=OFF)
  fi
  if [[ $compiler == clang ]]; then arguments+=(-DCMAKE_CXX_COMPILER=clang++-14); fi
  if [[ $compiler == g++ ]]; then arguments+=(-DCMAKE_CXX_COMPILER=g++); fi
  cmake "${arguments[@]}" >"$build_dir/configure.log" 2>&1 || {
    cat "$build_dir/configure.log" >&2
    fail "CMake could not configure $build_dir"
  }
}

# The names of the test programs that were asked for.
chosen_programs() {
  local invert=()
  if [[ $programs == !* ]]; then invert=(--invert-match); fi
  ninja -C "$build_dir" -t targets all | sed -n 's/^\(test_[a-z_]*\): phony$/\1/p' |
    grep -E "${invert[@]}" "^test_(${programs#!})\$"
}

compile() {
  local targets=(tailrace)
  if [[ -n $programs ]]; then
    mapfile -t targets < <(chosen_programs)
    ((${#targets[@]})) || fail "there is no test program '$programs'"
  elif "$with_tests"; then
    targets=(all)
  fi
  say "compiling in $build_dir"
  cmake --build "$build_dir" --target "${targets[@]}" -j "${TAILRACE_JOBS:-$(nproc)}"
}

# Any folder of this shape is a plugin; the Dockerfile copies the same rootfs into its last stage.
lay_out_plugin() {
  local rootfs="$plugin_dir/rootfs"
  rm -rf "$rootfs"
  mkdir -p "$rootfs"/{etc/ssl/certs,files,run/docker/plugins,run/docker/logging,tmp}
  chmod 1777 "$rootfs/tmp"
  strip -o "$rootfs/tailrace" "$build_dir/tailrace"
  cp -L /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/"
  cp "$SOURCE_DIR/config.json" "$plugin_dir/"
  say "plugin folder is $plugin_dir"
}

clean_up() {
  if [[ -n $scratch ]]; then rm -rf "$scratch"; fi
}

main() {
  parse_arguments "$@"
  trap clean_up EXIT
  install_dependencies
  fetch_httplib
  "$SOURCE_DIR/src/static_deps.sh" "$deps_dir"
  if "$deps_only"; then
    say "dependencies are there"
    return
  fi
  mkdir -p "$build_dir"
  configure
  compile
  if [[ -n $plugin_dir ]]; then lay_out_plugin; fi
  if [[ -z $sanitize ]]; then say "binary is $build_dir/tailrace"; fi
}

main "$@"
