# SPDX-License-Identifier: Apache-2.0
# bash completion for artem: source it, or let the package put it where bash finds it.
# shellcheck shell=bash disable=SC2207

_artem_styles() { artem styles 2>/dev/null | awk '{ print $1 }'; }

_artem() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-} words=
    local keys="enabled style blend_style blend strength keep_color keep_text resolution budget_ms log_file backend threads ar record record_frames"

    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "enable disable status set toggle next prev top doctor stylize styles run config report bench pipe replay completion --help --version" -- "$word"))
        return
    fi
    case $previous in
    --style | --blend-style) COMPREPLY=($(compgen -W "$(_artem_styles)" -- "$word")); return ;;
    --backend) COMPREPLY=($(compgen -W "auto cpu vulkan" -- "$word")); return ;;
    --only) [[ $command == bench ]] && COMPREPLY=($(compgen -W "kernels network end-to-end vulkan" -- "$word")) && return ;;
    style | blend_style) [[ $command == set ]] && COMPREPLY=($(compgen -W "$(_artem_styles)" -- "$word")) && return ;;
    backend) [[ $command == set ]] && COMPREPLY=($(compgen -W "auto cpu vulkan" -- "$word")) && return ;;
    enabled | ar) [[ $command == set ]] && COMPREPLY=($(compgen -W "on off" -- "$word")) && return ;;
    esac
    case $command in
    enable) words="--system --app --exe --only" ;;
    disable) words="--system --app --exe" ;;
    status | doctor | styles) words="--json" ;;
    set) words="$keys --app --exe --unset" ;;
    toggle | next | prev) words="--app --exe" ;;
    top) words="--once --json --interval" ;;
    stylize) words="--style --blend-style --blend --resolution --strength --keep-color --keep-text --backend --threads" ;;
    config) words="--app --exe --check" ;;
    report) words="--output --json" ;;
    bench) words="--only --threads --size --views --style --seconds --json" ;;
    pipe) words="--style --blend-style --blend --threads" ;;
    replay) words="--backend --threads" ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
    run)
        COMPREPLY=($(compgen -c -- "$word"))
        return
        ;;
    esac
    COMPREPLY=($(compgen -W "$words --help" -- "$word"))
    [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _artem artem
