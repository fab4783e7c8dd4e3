# Sourced by tools/run and tools/test: installs Debian packages, only those that are missing.
# Not a package list: each command names its own.
# shellcheck shell=bash

need_packages() {
    local package missing=()
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "${0##*/}: these packages are missing; install them as root with:" >&2
        echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    echo "installing ${missing[*]}" >&2
    local log
    log=$(mktemp)
    # RUNLEVEL=1 keeps package scripts from starting daemons; nobody is asked anything.
    if ! {
        apt-get update &&
            DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y \
                --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}"
    } >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        echo "${0##*/}: could not install ${missing[*]}" >&2
        return 1
    fi
    rm -f "$log"
}

# Runs a command silently; shows what it printed only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
        echo "${0##*/}: failed: $*" >&2
    fi
    rm -f "$log"
    return "$status"
}

# Sets up (when new) and builds a Meson folder: build_in FOLDER MESON-OPTIONS...
build_in() {
    local folder=$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        echo "setting up ${folder#"$root"/}" >&2
        quietly meson setup "$@" "$folder" "$root" || return 1
    fi
    if [ -n "$(ninja -C "$folder" -n 2>/dev/null | grep -v 'no work to do' | sed 1d)" ]; then
        echo "building ${folder#"$root"/}" >&2
    fi
    quietly ninja -C "$folder"
}
