# SPDX-License-Identifier: Apache-2.0
# bash completion for artem: source it, or let the package put it where bash finds it.
# shellcheck shell=bash disable=SC2207

# Whatever this version has.
_artem_keys() { artem config 2>/dev/null | sed -n 's/ = .*//p; s/ =$//p'; }
_artem_styles() { artem styles 2>/dev/null | awk '{ print $1 }'; }

# _artem_set WORD PREVIOUS: a key, its values, or options.
_artem_set() {
    local word=$1 words=

    case $2 in
    style | blend_style) words=$(_artem_styles) ;;
    backend) words="auto cpu vulkan cuda" ;;
    mode) words="auto sync async" ;;
    chord) words="off both-thumbsticks-1s both-thumbsticks-2s both-thumbsticks-3s" ;;
    hud_position) words="top-left top-center top-right middle-left center middle-right bottom-left bottom-center bottom-right" ;;
    hud_space) words="head world" ;;
    enabled | allow | ar | hud | toast | late_capture | keep_text) words="on off" ;;
    log_file | record) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    *)
        words="--app --exe --unset --session --pid --json --help"
        [[ $COMP_CWORD -gt 2 && ${COMP_WORDS[2]} != -* ]] || words+=" $(_artem_keys)"
        ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}

_artem() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-} words=

    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "enable disable allow deny status set toggle next prev top doctor stylize view styles run config report bench pipe replay lab completion --help --version" -- "$word"))
        return
    fi
    case $previous in
    --style | --blend-style) COMPREPLY=($(compgen -W "$(_artem_styles)" -- "$word")); return ;;
    --thumbnails) COMPREPLY=($(compgen -W "auto kitty iterm2 sixel blocks none" -- "$word")); return ;;
    --backend) COMPREPLY=($(compgen -W "auto cpu vulkan cuda" -- "$word")); return ;;
    --only) [[ $command == bench ]] && COMPREPLY=($(compgen -W "kernels network end-to-end devices vulkan gemm conv frames" -- "$word")) && return ;;
    --eyes) COMPREPLY=($(compgen -W "both left right" -- "$word")); return ;;
    --pose-path) COMPREPLY=($(compgen -W "still pan walk" -- "$word")); return ;;
    esac
    if [[ $command == set ]]; then
        _artem_set "$word" "$previous"
        return
    fi
    case $command in
    enable) words="--system --app --exe --only --json" ;;
    disable) words="--system --app --exe --json" ;;
    allow) words="--app --exe --only --json" ;;
    deny) words="--app --exe --json" ;;
    status) words="--json" ;;
    styles) words="--thumbnails --sheet --json" ;;
    doctor)
        COMPREPLY=($(compgen -W "--json --help" -- "$word") $(compgen -c -- "$word"))
        return
        ;;
    toggle | next | prev) words="--app --exe --session --pid --json" ;;
    top) words="--once --json --interval" ;;
    stylize) words="--style --blend-style --blend --resolution --strength --keep-color --keep-text --backend --threads --devices --out-dir --json" ;;
    view) words="--style --blend-style --blend --strength --keep-color --keep-text --resolution --backend --threads --split --show --play --eyes --scene --pose-path --paused --size --full-screen --output --screenshot --frames" ;;
    config) words="--app --exe --check --json" ;;
    report) words="--output --json --monado" ;;
    bench) words="gpu --only --threads --size --views --style --devices --seconds --json --matrix --conv --channels --runs --frames --frame-size --no-load --device" ;;
    pipe) words="--style --blend-style --blend --threads --devices" ;;
    replay) words="--verbose --out --backend --threads --json" ;;
    lab)
        if [[ $COMP_CWORD -eq 2 ]]; then
            COMPREPLY=($(compgen -W "binarize inspect measure optimize --help" -- "$word"))
            return
        fi
        case ${COMP_WORDS[2]} in
        binarize) words="-o --variant --photos --count --size --last --threads" ;;
        inspect) words="-o --network --weights --size --threads" ;;
        measure) words="--size --style-size --content-weight --style-weight --variation --content-layers --style-layers --pool --tile --weights --threads" ;;
        optimize) words="-o --iterations --size --style-size --scale-down --scales --start --seed --method --rate --content-weight --style-weight --variation --content-layers --style-layers --pool --tile --curve --every --weights --network --gradient-bits --judge --judge-curve --correct --threads --content-device --style-device --devices --fresh" ;;
        esac
        ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
    run)
        mapfile -t COMPREPLY < <([[ $word == */* ]] || compgen -c -- "$word"; compgen -f -- "$word")
        return
        ;;
    esac
    COMPREPLY=($(compgen -W "$words --help" -- "$word"))
    [[ $word == -* ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _artem artem
