# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Python with PyTorch for the commands of this folder, installed once into models/.venv (or $ARTEM_VENV). Sourced.
models=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

make_environment() {
    local venv=$1
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    python3 -m venv "$venv" || {
        echo "models: python3 -m venv $venv failed; on Debian and Ubuntu, the package python3-venv has it" >&2
        return 1
    }
}

prepare_python() {
    local venv=$1 wanted
    wanted=$(sha256sum < "$models/train/requirements.txt")
    [[ $(cat "$venv/installed" 2>/dev/null) == "$wanted" ]] && return
    mkdir -p "$venv"
    (
        flock 9 # of two that start at the same time, one installs
        [[ $(cat "$venv/installed" 2>/dev/null) == "$wanted" ]] && exit
        echo "models: installing PyTorch and what else is needed into $venv (once; some minutes)" >&2
        make_environment "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$models/train/requirements.txt" >&2
        printf '%s\n' "$wanted" > "$venv/installed"
    ) 9> "$venv/.lock"
}

# run_python SCRIPT ARGUMENT...; the script's path is relative to this folder.
run_python() {
    local venv=${ARTEM_VENV:-$models/.venv} script=$1
    shift
    prepare_python "$venv"
    "$venv/bin/python" "$models/$script" "$@"
}
