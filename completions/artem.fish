# SPDX-License-Identifier: Apache-2.0
# fish completion for artem.
complete -c artem -f
set -l commands enable disable allow deny status set toggle next prev top doctor stylize view styles run config report bench pipe replay lab completion
for pair in 'enable:paint every OpenXR app from now on, or one' 'disable:undo that' 'allow:which apps the layer may be in' 'deny:which apps it stays out of' 'status:what is enabled, and what runs' \
        'set:change a setting, also of apps that run' 'toggle:switch painting off or on' 'next:the next style' \
        'prev:the style before' 'top:watch the apps that run' 'doctor:find out why an app is not painted' \
        'stylize:paint a picture in a style' 'view:look at pictures, painted' 'styles:list the styles' 'run:run an app with the layer' \
        'config:show or check the settings' 'report:turn a log of frames into a page' 'bench:measure this machine' \
        'pipe:paint frames from standard input' 'replay:paint a recorded session again' 'lab:paint by optimisation, binarise VGG-16' 'completion:for a shell'
    set -l parts (string split -m 1 : $pair)
    complete -c artem -n "not __fish_seen_subcommand_from $commands" -a $parts[1] -d $parts[2]
end
complete -c artem -n '__fish_seen_subcommand_from enable disable' -l system -d 'for all users'
complete -c artem -n '__fish_seen_subcommand_from enable disable allow deny set toggle next prev config' -l app -x -d 'an OpenXR application'
complete -c artem -n '__fish_seen_subcommand_from enable disable allow deny set toggle next prev config' -l exe -x -d 'an executable'
complete -c artem -n '__fish_seen_subcommand_from enable allow' -l only -d 'and no other'
set -l keys '(artem config 2>/dev/null | string replace -rf " =.*" "")'
complete -c artem -n "__fish_seen_subcommand_from set; and not __fish_seen_subcommand_from $keys" -a $keys
complete -c artem -n '__fish_seen_subcommand_from set; and __fish_seen_subcommand_from log_file record' -F
for pair in 'style blend_style:(artem styles 2>/dev/null | string replace -r " .*" "")' 'backend:auto cpu vulkan cuda' 'mode:auto sync async' \
        'chord:off both-thumbsticks-1s both-thumbsticks-2s both-thumbsticks-3s' 'hud_space:head world' \
        'hud_position:top-left top-center top-right middle-left center middle-right bottom-left bottom-center bottom-right' \
        'enabled allow ar hud toast late_capture keep_text:on off'
    set -l parts (string split -m 1 : $pair)
    complete -c artem -n "__fish_seen_subcommand_from set; and __fish_seen_subcommand_from $parts[1]" -a $parts[2]
end
complete -c artem -n '__fish_seen_subcommand_from enable disable allow deny status set toggle next prev doctor styles top config' -l json
complete -c artem -n '__fish_seen_subcommand_from set toggle next prev' -l session -d 'only in apps that run'
complete -c artem -n '__fish_seen_subcommand_from set toggle next prev' -l pid -x -d 'only in one process'
complete -c artem -n '__fish_seen_subcommand_from set' -l unset
complete -c artem -n '__fish_seen_subcommand_from stylize replay report' -l json
complete -c artem -n '__fish_seen_subcommand_from stylize' -l out-dir -x -a '(__fish_complete_directories)'
complete -c artem -n '__fish_seen_subcommand_from styles' -l thumbnails -x -a 'auto kitty iterm2 sixel blocks none'
complete -c artem -n '__fish_seen_subcommand_from styles' -l sheet -F -r
complete -c artem -n '__fish_seen_subcommand_from top' -l once
complete -c artem -n '__fish_seen_subcommand_from top' -l interval -x
complete -c artem -n '__fish_seen_subcommand_from stylize pipe view' -l style -x -a '(artem styles 2>/dev/null | string replace -r " .*" "")'
complete -c artem -n '__fish_seen_subcommand_from stylize view' -l backend -x -a 'auto cpu vulkan cuda'
complete -c artem -n '__fish_seen_subcommand_from stylize pipe bench' -l devices -x -d 'that share each frame'
complete -c artem -n '__fish_seen_subcommand_from lab; and not __fish_seen_subcommand_from binarize inspect measure optimize' -f -a 'binarize inspect measure optimize'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l content-device -x -a 'cpu:0 cpu:1 cuda:0 openvino:CPU openvino:GPU openvino:NPU'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l content-layers -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l content-weight -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize' -l count -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l curve -r -F
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l every -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l fresh
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l gradient-bits -x -a '1 2 4 8 32'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l iterations -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l judge -r -F
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l judge-curve
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l correct -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize' -l last -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l method -x -a 'lbfgs adam'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from inspect optimize' -l network -r -F
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize' -l photos -x -a '(__fish_complete_directories)'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l pool -x -a 'max average'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l rate -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l scale-down -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l scales -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l seed -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize inspect measure optimize' -l size -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l start -x -a 'content noise'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l style-device -x -a 'cpu:0 cpu:1 cuda:0'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from optimize' -l devices -x -a 'cuda:0' -d 'that compute, or share the tiles'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l style-layers -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l style-size -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l style-weight -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize inspect measure optimize' -l threads -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l tile -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize' -l variant -x -a 'plain aware'
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from measure optimize' -l variation -x
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from inspect measure optimize' -l weights -r -F
complete -c artem -n '__fish_seen_subcommand_from lab; and __fish_seen_subcommand_from binarize inspect measure optimize' -F
complete -c artem -n '__fish_seen_subcommand_from config' -l check -d 'what is wrong with a file'
complete -c artem -n '__fish_seen_subcommand_from report' -l monado -r
complete -c artem -n '__fish_seen_subcommand_from stylize view report replay run config' -F
complete -c artem -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
