# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # names that the callers set
# Sourced after sandbox.sh: a folder with Debian's C library for AArch64 and the libraries that the artem command links, for
# aarch64.cmake and for the emulator. Nothing in it is ever run or installed outside of it.

AARCH64_ROOT=$ARTEM_ROOT/.tools/aarch64
AARCH64_PACKAGES=(libc6-dev libpng-dev libjpeg62-turbo-dev libcjson-dev)

aarch64_stamp() { printf '%s\n' "$SANDBOX_SUITE" "${AARCH64_PACKAGES[@]}" | sha256sum | cut -d ' ' -f 1; }
aarch64_is_complete() { [[ $(cat "$AARCH64_ROOT/artem-stamp" 2>/dev/null) == "$(aarch64_stamp)" ]]; }

# Unpacked aside and renamed when finished. Headers of Vulkan and OpenXR are the same for all machines: this one's.
aarch64_create() {
    local new=$AARCH64_ROOT.new log=$ARTEM_ROOT/.tools/aarch64.log folder
    mkdir -p "$ARTEM_ROOT/.tools"
    as_root rm -rf --one-file-system "$new"
    if ! debian_root "$new" "$log" --variant=extract --architectures=arm64 --include="$(IFS=,; echo "${AARCH64_PACKAGES[*]}")"; then
        tail -n 5 "$log" >&2
        as_root rm -rf --one-file-system "$new"
        return 1
    fi
    # These packages name files of the merged /usr by their old places.
    [[ -e $new/lib ]] || as_root ln -s usr/lib "$new/lib"
    for folder in vulkan vk_video openxr; do
        [[ ! -d /usr/include/$folder ]] || as_root ln -s "/usr/include/$folder" "$new/usr/include/"
    done
    aarch64_stamp | as_root tee "$new/artem-stamp" >/dev/null
    as_root rm -rf --one-file-system "$AARCH64_ROOT"
    as_root mv "$new" "$AARCH64_ROOT"
}
