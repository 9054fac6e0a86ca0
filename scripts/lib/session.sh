# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # names that the callers read or set
# Sourced by with-monado after common.sh: starting and stopping the X server, Monado and the program, with all that
# they leave behind.
#
# Every process gets a mark in its environment, by which those that the program left running are found; servers get
# a session of their own, so that Ctrl-C in a terminal reaches the program first and the servers not at all; and
# all get a death signal, for the case that this program itself is killed.

SESSION_GRACE=${ARTEM_GRACE:-5} # seconds for each step of ending a process

session_open() {
    local states=${ARTEM_STATE_DIR:-$ARTEM_ROOT/.sandbox/state} stale
    # What a killed run could not remove has its process number in the name.
    for stale in /tmp/artem-monado.* "$states"/*.env; do
        if [[ -O $stale && $stale =~ [./]([0-9]+)\.[^./]+$ && ! -d /proc/${BASH_REMATCH[1]} ]]; then
            rm -rf -- "$stale"
        fi
    done
    # Not TMPDIR: a socket's path may have 107 characters only. mktemp makes it 0700, as Monado wants it.
    session_dir=$(mktemp -d "/tmp/artem-monado.$$.XXXXXX")
    session_state=$states/$$.env
    export ARTEM_RUN_ID=${session_dir##*/}
    command_pid='' service_pid='' display_pid=''
    trap session_close EXIT
    trap 'session_interrupted INT 130' INT
    trap 'session_interrupted TERM 143' TERM
    trap 'session_interrupted HUP 129' HUP
}

session_interrupted() {
    trap '' INT TERM HUP
    say "stopped by SIG$1"
    [[ -z $command_pid ]] || end_process "$command_pid" INT TERM KILL || true
    exit "$2"
}

session_close() {
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    rm -f -- "$session_state"
    session_sweep
    if [[ -n $service_pid ]]; then
        exec {service_in}>&-
        end_process "$service_pid" '' TERM KILL
    fi
    [[ -z $display_pid ]] || end_process "$display_pid" TERM KILL
    rm -rf -- "$session_dir"
}

# Ends what the program left running: all that carry our mark but the servers.
session_sweep() {
    local signal pid left tries
    export -n ARTEM_RUN_ID # the search must not find itself
    for signal in TERM KILL; do
        for ((tries = 0; tries < 10; tries++)); do
            left=$(grep -lsaxz -- "ARTEM_RUN_ID=$ARTEM_RUN_ID" /proc/[0-9]*/environ | cut -d / -f 3 |
                grep -vxF -e "$$" -e "${service_pid:-$$}" -e "${display_pid:-$$}")
            [[ -n $left ]] || return 0
            for pid in $left; do
                kill -s "$signal" "$pid" 2>/dev/null
            done
            sleep 0.2
        done
    done
}

# end_process PID SIGNAL...: sends one after the other until it ends; '' waits without sending any.
# Fails if it did not end, or only by SIGKILL.
end_process() {
    local pid=$1 signal tries
    shift
    for signal in "$@"; do
        [[ -z $signal ]] || kill -s "$signal" "$pid" 2>/dev/null || return 0
        for ((tries = 0; tries < SESSION_GRACE * 20; tries++)); do
            if ! kill -s 0 "$pid" 2>/dev/null; then
                [[ $signal != KILL ]]
                return
            fi
            sleep 0.05
        done
    done
    return 1
}

# An X server of our own. It picks a free display number, so runs side by side do not meet.
start_display() {
    local number='' tries
    command -v Xvfb >/dev/null || die 2 "there is no Xvfb: run scripts/setup"
    : >"$session_dir/display" # the background process may be slow to create it
    setsid setpriv --pdeathsig TERM Xvfb -displayfd 1 -screen 0 1280x720x24 -nolisten tcp \
        </dev/null >"$session_dir/display" 2>"$session_dir/xvfb.log" &
    display_pid=$!
    for ((tries = 0; tries < 1200; tries++)); do # a minute: a busy machine may need some of it
        number=$(cat "$session_dir/display")
        [[ -z $number ]] || break
        kill -s 0 "$display_pid" 2>/dev/null || break
        sleep 0.05
    done
    [[ -n $number ]] || { cat "$session_dir/xvfb.log" >&2; die "the X server did not start (see above)"; }
    export DISPLAY=:$number
    unset XAUTHORITY WAYLAND_DISPLAY
}

# Whether a Monado service accepts apps at the given runtime folder. A file alone may be a dead one's.
service_runs_in() { [[ -n $1 ]] && grep -qF -- " $1/monado_comp_ipc" /proc/net/unix; }

start_service() {
    local tries
    session_log=${ARTEM_MONADO_LOG:-$session_dir/monado.log}
    command -v monado-service >/dev/null || die 2 "there is no monado-service: run scripts/setup"
    # Monado ends at the end of its standard input; that is how it is stopped, and why it ends with us in any case.
    mkfifo "$session_dir/service.in"
    exec {service_in}<>"$session_dir/service.in"
    mkdir "$session_dir/config"
    export XDG_RUNTIME_DIR=$session_dir
    # The user's own Monado settings may ask for a real headset, and Vulkan's layers are meant for the program: in the
    # service they would write to the same log file.
    XDG_CONFIG_HOME=$session_dir/config SIMULATED_ENABLE=${SIMULATED_ENABLE:-1} \
        setsid setpriv --pdeathsig TERM \
        env -u VK_INSTANCE_LAYERS -u VK_LOADER_LAYERS_ENABLE -u VK_LAYER_LOG_FILENAME "$@" monado-service \
        <"$session_dir/service.in" >"$session_log" 2>&1 {service_in}>&- &
    service_pid=$!
    for ((tries = 0; tries < 2400; tries++)); do
        service_runs_in "$session_dir" && return 0
        kill -s 0 "$service_pid" 2>/dev/null || break
        sleep 0.05
    done
    tail -n 30 "$session_log" >&2
    die "monado-service did not start (its log is above)"
}

# Where screenshot finds us.
write_state() {
    mkdir -p "${session_state%/*}" 2>/dev/null || true
    if [[ ! -w ${session_state%/*} ]]; then
        say "cannot write to ${session_state%/*}: scripts/screenshot will not find this run from outside"
        return 0
    fi
    printf '%s\n' "DISPLAY=${DISPLAY-}" "XAUTHORITY=${XAUTHORITY-}" "XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR-}" \
        "ARTEM_RUN_ID=$ARTEM_RUN_ID" >"$session_state"
}

# Whether standard input is of a kind that somebody may type or write to.
input_is_live() { [[ -t 0 || -p /dev/stdin || -S /dev/stdin || -f /dev/stdin ]]; }

# run_command TIMEOUT CMD...: sets command_status. An empty TIMEOUT is none.
run_command() {
    local timeout=$1
    shift
    # Bash lets background processes ignore SIGINT; the program must not.
    set -- env --default-signal=INT,QUIT setpriv --pdeathsig TERM "$@"
    # shellcheck disable=SC2094 # a pipe: opened for reading by one, kept open for writing by the other
    if [[ -z $timeout ]] && input_is_live; then
        "$@" <&0 {service_in}>&- &
        command_pid=$!
    else
        mkfifo "$session_dir/command.in"
        exec {command_in}<>"$session_dir/command.in"
        "$@" <"$session_dir/command.in" {command_in}>&- {service_in}>&- &
        command_pid=$!
    fi
    local others=()
    [[ -z $service_pid ]] || others+=("$service_pid")
    if [[ -n $timeout ]]; then
        sleep "$timeout" {service_in}>&- {command_in}>&- &
        others+=($!)
    fi
    wait -n "$command_pid" "${others[@]}" || true
    [[ -z $timeout ]] || kill "${others[-1]}" 2>/dev/null || true
    if kill -s 0 "$command_pid" 2>/dev/null; then
        if [[ -n $service_pid ]] && ! kill -s 0 "$service_pid" 2>/dev/null; then
            end_command_without_service
            return
        elif [[ -n $timeout ]]; then
            end_command_at_timeout
            return
        fi
    fi
    command_status=0
    wait "$command_pid" || command_status=$?
}

# An app may wait for a dead service for ever.
end_command_without_service() {
    local status=0
    wait "$service_pid" || status=$?
    say "monado-service ended by itself with status $status (128 and more: killed by that signal); it said:"
    tail -n 30 "$session_log" >&2
    end_process "$command_pid" '' INT TERM KILL || say "the program had to be killed"
    wait "$command_pid" || true
    command_status=75
}

# Being alive at the time-out is the success; a crash or an error of its own while it ends is none.
end_command_at_timeout() {
    exec {command_in}>&-
    if end_process "$command_pid" ''; then
        command_status=0
        wait "$command_pid" || command_status=$?
        return
    fi
    say "the program did not end at the end of its standard input; sending signals"
    end_process "$command_pid" INT TERM KILL || say "the program had to be killed"
    command_status=0
    wait "$command_pid" || command_status=$?
    case $command_status in
    132 | 134 | 135 | 136 | 139) ;; # SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV: not ours
    *) [[ $graceful ]] || command_status=0 ;;
    esac
}
