# shellcheck shell=bash
# Functions to install Debian packages and to unpack Debian source packages; sourced by build.sh and
# static_deps.sh, which define say() and fail().

readonly SOURCE_PACKAGES=(dpkg-dev)

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# A mirror that is being updated fails now and then; a second try a moment later usually succeeds. The second
# try forgives a source that stays broken: it may be one that we do not need.
apt_update() {
  apt-get -qq -o APT::Update::Error-Mode=any "$@" update && return
  say "apt-get update failed; trying once more"
  sleep 2
  apt-get -qq "$@" update
}

install_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  ((EUID == 0)) || fail "these packages are missing and only root can install them: ${missing[*]}"
  apt_update || fail "cannot update the list of packages; is the network there?"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
    "${missing[@]}" >/dev/null ||
    fail "cannot install ${missing[*]}"
}

# --- Source packages ---------------------------------------------------------------------------------------
# Debian's patches (its security fixes) are applied when a source package is unpacked.

# Prints a deb-src line or stanza for each of the machine's sources that holds this Debian release.
source_list_deb822() {
  awk -v release="$1" '
    BEGIN { RS = ""; FS = "\n" }
    {
      types = suites = 0; main = 0; out = ""
      for (i = 1; i <= NF; i++) {
        line = $i
        if (line ~ /^#/) continue
        if (line ~ /^Enabled:[ ]*no/) next
        if (line ~ /^Types:/) { types = 1; line = "Types: deb-src" }
        if (line ~ /^Suites:/ && (" " line " ") ~ (" " release "[ /-]")) suites = 1
        if (line ~ /^Components:/ && (" " line " ") ~ / main /) main = 1
        out = out line "\n"
      }
      if (types && suites && main) print out
    }' "${@:2}"
}

source_list_one_line() {
  awk -v release="$1" '
    $1 != "deb" && $1 != "deb-src" { next }
    {
      line = $0
      sub(/^[ \t]*deb(-src)?[ \t]+/, "", line)
      plain = line
      sub(/^\[[^]]*\][ \t]*/, "", plain)
      if (split(plain, word, /[ \t]+/) < 3) next
      if (word[2] ~ ("^" release "(-|/|$)") && (" " plain " ") ~ / main /) print "deb-src " line
    }' "${@:2}"
}

write_source_lists() {
  local folder="$1" release
  # shellcheck source=/dev/null
  release="$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"
  shopt -s nullglob
  local stanzas=(/etc/apt/sources.list.d/*.sources) lines=(/etc/apt/sources.list.d/*.list)
  shopt -u nullglob
  if [[ -f /etc/apt/sources.list ]]; then lines+=(/etc/apt/sources.list); fi
  if ((${#stanzas[@]})); then
    source_list_deb822 "$release" "${stanzas[@]}" | awk 'BEGIN { RS = ""; ORS = "\n\n" } !seen[$0]++' \
      >"$folder/source.sources"
  fi
  if ((${#lines[@]})); then
    source_list_one_line "$release" "${lines[@]}" | sort -u >"$folder/source.list"
  fi
  find "$folder" -maxdepth 1 -type f -empty -delete
  [[ -n "$(find "$folder" -maxdepth 1 -type f)" ]] ||
    fail "no package source for Debian ${release:-(unknown)} in /etc/apt; put what is missing into TAILRACE_DEPS"
}

# unpack_sources FOLDER PACKAGE...: unpacks the sources into FOLDER, which may hold nothing else. The machine's own
# sources and package lists stay as they are: apt gets lists and a cache of its own.
unpack_sources() {
  local work="$1"
  shift
  install_packages "${SOURCE_PACKAGES[@]}"
  mkdir -p "$work"/{parts,lists/partial,cache/archives/partial}
  write_source_lists "$work/parts"
  local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/parts"
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
  apt_update "${options[@]}" || fail "cannot update the list of source packages"
  (cd "$work" && apt-get -qq "${options[@]}" source "$@" >/dev/null) || fail "cannot fetch the source of $*"
}
