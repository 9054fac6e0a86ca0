# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # names that the callers read or set
# Sourced after common.sh: the place where Monado runs. That is the system itself where it offers a new enough
# Monado, else a Debian 13 (trixie) root under .sandbox/, entered with chroot in a mount namespace of its own.

SANDBOX_DIR=$ARTEM_ROOT/.sandbox
SANDBOX_SUITE=trixie
SANDBOX_ROOT=$SANDBOX_DIR/$SANDBOX_SUITE
# Older versions lack the IPC and the simulated headset as with-monado starts them.
MONADO_MINIMUM=25

# The names are Debian 13's. Besides Monado: test programs, validation layers for the layer's own calls, libraries
# that our programs link to, and the runtimes of sanitizer builds.
MONADO_PACKAGES=(
    monado-service libopenxr1-monado libopenxr-loader1 libopenxr-utils
    openxr-layer-corevalidation openxr-layer-apidump
    libvulkan1 mesa-vulkan-drivers vulkan-validationlayers vulkan-tools
    xvfb x11-utils imagemagick procps
)
SANDBOX_PACKAGES=(
    "${MONADO_PACKAGES[@]}"
    libglfw3 libjpeg62-turbo libpng16-16t64 python3
    libasan8 libtsan2 libubsan1 valgrind
)

# The sandbox is complete if its stamp names exactly this list; an interrupted creation has no stamp.
sandbox_stamp() { printf '%s\n' "$SANDBOX_SUITE" "${SANDBOX_PACKAGES[@]}" | sha256sum | cut -d ' ' -f 1; }
sandbox_is_complete() { [[ $(cat "$SANDBOX_ROOT/etc/artem-sandbox" 2>/dev/null) == "$(sandbox_stamp)" ]]; }

# Whether this very process already runs inside the sandbox.
inside_sandbox() { [[ -e /.artem-sandbox ]]; }

# A monado-service that dpkg does not know was built by the user, who is trusted to have a new one.
monado_is_native() {
    local path version
    path=$(command -v monado-service) || return 1
    dpkg -S "$(readlink -f "$path")" >/dev/null 2>&1 || return 0
    version=$(dpkg-query -W -f '${Version}' monado-service 2>/dev/null) || return 1
    dpkg --compare-versions "$version" ge "$MONADO_MINIMUM"
}

# sandbox_create: needs mmdebstrap and root. Built aside and renamed when finished, so that a running session keeps
# its files and an interruption leaves nothing that looks complete.
sandbox_create() {
    local new=$SANDBOX_ROOT.new old=$SANDBOX_ROOT.old log=$SANDBOX_DIR/create.log started=$SECONDS
    as_root rm -rf --one-file-system "$new" "$old"
    say "creating a Debian $SANDBOX_SUITE root in $SANDBOX_ROOT (about a minute, 0.9 GB; log: $log)"
    if ! debian_root "$new" "$log" --variant=apt --include="$(IFS=,; echo "${SANDBOX_PACKAGES[*]}")"; then
        tail -n 20 "$log" >&2
        as_root rm -rf --one-file-system "$new"
        die "the root could not be created (see above): check the network and the disk, then run scripts/setup again"
    fi
    sandbox_stamp | as_root tee "$new/etc/artem-sandbox" >/dev/null
    if [[ -e $SANDBOX_ROOT ]]; then
        as_root mv "$SANDBOX_ROOT" "$old"
    fi
    as_root mv "$new" "$SANDBOX_ROOT"
    as_root rm -rf --one-file-system "$old"
    say "created in $((SECONDS - started)) s, $(as_root du -sm "$SANDBOX_ROOT" | cut -f 1) MB"
}

# The mirror that this machine itself installs from; nothing on other distributions, where mmdebstrap's own default
# is right. The package lists name it, in whatever form the sources are written.
debian_mirror() {
    local id codename
    # shellcheck source=/dev/null
    read -r id codename < <(. /etc/os-release && echo "$ID ${VERSION_CODENAME-}")
    [[ $id == debian ]] || return 0
    # shellcheck disable=SC2016 # apt, not the shell, fills these in
    apt-get indextargets --format '$(CREATED_BY) $(ORIGIN) $(CODENAME) $(REPO_URI)' |
        awk -v codename="$codename" '$1 == "Packages" && $2 == "Debian" && $3 == codename { print $4; exit }'
}

# debian_root FOLDER LOG OPTION...: makes a root by mmdebstrap with these options, as far as it succeeds. Documentation and
# translations are never read in there.
debian_root() {
    local folder=$1 log=$2 mirror
    shift 2
    mirror=$(debian_mirror)
    as_root mmdebstrap --mode=root --components=main "$@" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$SANDBOX_SUITE" "$folder" ${mirror:+"$mirror"} >"$log" 2>&1
}

# enter_sandbox CMD...: replaces this process by CMD inside. As root directly; else in a user namespace, and where
# the system forbids those, by sudo, coming back to the user's own identity inside.
enter_sandbox() {
    local enter=("$ARTEM_ROOT/scripts/lib/enter-sandbox" "$SANDBOX_ROOT" "$SANDBOX_DIR/mnt")
    sandbox_is_complete || die 2 "there is no complete Monado sandbox: run scripts/setup"
    mkdir -p "$SANDBOX_DIR/mnt"
    if [[ $(id -u) -eq 0 ]]; then
        exec unshare --mount -- "${enter[@]}" '' "$@"
    elif unshare --map-root-user --mount -- mount -t tmpfs none "$SANDBOX_DIR/mnt" 2>/dev/null; then
        exec unshare --map-root-user --mount -- "${enter[@]}" '' "$@"
    elif command -v sudo >/dev/null; then
        exec sudo --preserve-env -- env PATH="$PATH" unshare --mount -- "${enter[@]}" "$(id -u):$(id -g)" "$@"
    else
        die "entering $SANDBOX_ROOT needs root, user namespaces or sudo, and none of them works here"
    fi
}
