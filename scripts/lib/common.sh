# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # names that the callers read or set
# Sourced by the programs in scripts/: where things are, messages, and Debian packages.

ARTEM_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
ARTEM_PROGRAM=${0##*/}

say() { printf '%s: %s\n' "$ARTEM_PROGRAM" "$*" >&2; }

# die [STATUS] MESSAGE: a STATUS is given as a bare number of its own.
die() {
    local status=1
    if [[ $1 =~ ^[0-9]+$ && $# -gt 1 ]]; then
        status=$1
        shift
    fi
    say "error: $*"
    exit "$status"
}

# usage: the comment block at the head of the calling program, below its SPDX line.
usage() { awk 'NR > 2 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "'$1' needs root: run this as root, or install sudo"
    fi
}

# Names of the given packages that are not installed, one per line.
missing_packages() {
    local package
    for package in "$@"; do
        # A name unknown to dpkg makes dpkg-query fail; that is the answer here, not an error.
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

apt_update_once() {
    [[ -z ${ARTEM_APT_UPDATED-} ]] || return 0
    say "reading the package lists (apt-get update)"
    as_root apt-get update -qq ||
        die "apt-get update failed: check the network and /etc/apt/sources.list*"
    ARTEM_APT_UPDATED=1
}

# install_packages WHAT PACKAGE...: installs those that are missing; silent and fast where none is.
install_packages() {
    local what=$1 missing log
    shift
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    apt_update_once
    say "installing $what: ${missing[*]}"
    log=$(mktemp)
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# need_space DIR MEGABYTES
need_space() {
    local free
    free=$(df -Pm -- "$1" | awk 'NR == 2 { print $4 }')
    [[ $free -ge $2 ]] || die "$1 has $free MB free, $2 MB are needed: free some space, or move the project to a larger disk"
}
