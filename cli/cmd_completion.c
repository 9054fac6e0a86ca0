// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "completion_bash.h"
#include "completion_fish.h"
#include "completion_zsh.h"

static const char help[] = "usage: artem completion bash|zsh|fish\n\n"
                           "Prints a script that completes artem's commands and options:\n"
                           "  bash   source <(artem completion bash)\n"
                           "  zsh    artem completion zsh > ~/.zfunc/_artem    (a folder of $fpath)\n"
                           "  fish   artem completion fish > ~/.config/fish/completions/artem.fish\n"
                           "Packages install them.";

int cmd_completion(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static const struct {
        const char *shell, *text;
    } scripts[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'h')
            return CLI_USAGE;
        puts(help);
        return cli_finish_output();
    }
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0] && argc - optind == 1; i++)
        if (strcmp(argv[optind], scripts[i].shell) == 0) {
            fputs(scripts[i].text, stdout);
            return cli_finish_output();
        }
    return cli_usage_error(argv[0], "expected bash, zsh or fish");
}
