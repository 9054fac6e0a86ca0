# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Python with PyTorch for the commands of this folder, installed once into models/.venv (or $ARTEM_VENV). Sourced.
models=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

prepare_python() {
    local venv=$1 wanted
    wanted=$(sha256sum < "$models/train/requirements.txt")
    [ "$(cat "$venv/installed" 2>/dev/null)" = "$wanted" ] && return
    echo "models: installing PyTorch and what else is needed into $venv (once; some minutes)" >&2
    python3 -m venv "$venv" || {
        echo "models: python3 -m venv failed; on Debian and Ubuntu the package python3-venv has it" >&2
        return 1
    }
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$models/train/requirements.txt" >&2
    printf '%s\n' "$wanted" > "$venv/installed"
}

# run_python SCRIPT ARGUMENT...; the script's path is relative to this folder.
run_python() {
    local venv=${ARTEM_VENV:-$models/.venv} script=$1
    shift
    prepare_python "$venv"
    "$venv/bin/python" "$models/$script" "$@"
}
