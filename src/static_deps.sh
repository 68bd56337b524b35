#!/usr/bin/env bash
# Builds the two libraries that Debian does not ship in a form for a static binary: libcurl (packaged with a closure
# that has no static form) and ISA-L's igzip (packaged as a shared library only), both from Debian's source packages.
# Leaves DIR/curl and DIR/isal, each with include/, lib/ and the file `version`. What is there already is kept, unless
# this script has changed since.
set -euo pipefail

SOURCE_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly SOURCE_DIR
readonly DEPS_PACKAGES=(ca-certificates cmake g++ libc-ares-dev libssl-dev make nasm ninja-build patch zlib1g-dev)
readonly JOBS="${TAILRACE_JOBS:-$(nproc)}"

# HTTP and HTTPS by OpenSSL, names by c-ares, and nothing else: no other protocol, no decompression, no cookies.
readonly CURL_OPTIONS=(
  -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON
  -DCURL_USE_OPENSSL=ON -DENABLE_ARES=ON -DENABLE_UNIX_SOCKETS=ON
  -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_GSSAPI=OFF
  -DCURL_DISABLE_LDAP=ON -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF
  -DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_NETRC=ON -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON
  -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_DOH=ON -DENABLE_MANUAL=OFF
  -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none
)

scratch=""

say() { printf 'build: %s\n' "$*"; }
fail() {
  printf 'build: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=src/debian_packages.sh
source "$SOURCE_DIR/src/debian_packages.sh"

# quietly NAME COMMAND...: shows the command's output only when it fails.
quietly() {
  local name="$1" log="$scratch/$1.log"
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 50 "$log" >&2
  fail "cannot build $name"
}

# The last two patches only rename the library, for the packages that use another TLS library.
build_curl() {
  local source="$1" out="$2" patch
  for patch in 99_nss 90_gnutls; do
    quietly "curl-$patch" patch -R -p1 -d "$source" -i "$source/debian/patches/$patch.patch"
  done
  quietly curl-configure cmake -S "$source" -B "$source/out" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_FLAGS="-ffunction-sections -fdata-sections" -DCMAKE_INSTALL_PREFIX="$out" \
    -DCMAKE_INSTALL_LIBDIR=lib "${CURL_OPTIONS[@]}"
  quietly curl-build cmake --build "$source/out" -j "$JOBS"
  quietly curl-install cmake --install "$source/out"
  # It names the shared forms of the libraries below it.
  rm -rf "$out"/lib/{pkgconfig,cmake} "${out:?}/bin"
}

build_isal() {
  local source="$1" out="$2"
  quietly isal-build make -C "$source" -f Makefile.unx -j "$JOBS" units="crc igzip" lib
  mkdir -p "$out/lib" "$out/include/isa-l"
  cp "$source/bin/isa-l.a" "$out/lib/"
  cp "$source"/include/{crc,crc64,igzip_lib}.h "$out/include/isa-l/"
}

# is_there DIR LIBRARY: built by this very script, or put there by hand.
is_there() {
  [[ -s $1/lib/$2 ]] || return 1
  [[ ! -f $1/recipe ]] || [[ "$(<"$1/recipe")" == "$recipe" ]]
}

# publish NAME PACKAGE: renamed into place, so that a build that is interrupted never leaves half a library.
publish() {
  local name="$1" made="$scratch/made/$1" version
  version="$(sed -n 's/^Version: //p' "$scratch"/sources/"$2"_*.dsc | head -n 1)"
  printf '%s\n' "$version" >"$made/version"
  printf '%s\n' "$recipe" >"$made/recipe"
  rm -rf "$deps_dir/.$name.$$" "${deps_dir:?}/$name"
  cp -r "$made" "$deps_dir/.$name.$$"
  mv "$deps_dir/.$name.$$" "$deps_dir/$name"
  say "$name is $2 $version"
}

clean_up() {
  if [[ -n $scratch ]]; then rm -rf "$scratch"; fi
}

main() {
  (($# == 1)) || fail "usage: src/static_deps.sh DIR"
  mkdir -p "$1"
  deps_dir="$(realpath "$1")"
  recipe="$(sha256sum <"$SOURCE_DIR/src/static_deps.sh" | cut -d ' ' -f 1)"
  # Headers and libraries that the product links with, too: needed even when nothing is to be built.
  install_packages "${DEPS_PACKAGES[@]}"
  if is_there "$deps_dir/curl" libcurl.a && is_there "$deps_dir/isal" isa-l.a; then return; fi
  trap clean_up EXIT
  scratch="$(mktemp -d)"
  mkdir -p "$scratch/sources" "$scratch/made/curl"
  say "building libcurl and ISA-L from Debian's source packages"
  unpack_sources "$scratch/sources" curl libisal
  build_curl "$(echo "$scratch"/sources/curl-*/)" "$scratch/made/curl"
  build_isal "$(echo "$scratch"/sources/libisal-*/)" "$scratch/made/isal"
  publish curl curl
  publish isal libisal
}

main "$@"
