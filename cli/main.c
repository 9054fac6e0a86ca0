// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/log.h"
#include "cli.h"

static const struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"enable", "paint every OpenXR app from now on, or one", cmd_enable},
    {"disable", "undo that", cmd_disable},
    {"allow", "which apps the layer may be in", cmd_allow},
    {"deny", "which apps it stays out of", cmd_deny},
    {"status", "what is enabled, and what runs", cmd_status},
    {"set", "change a setting, also of apps that run", cmd_set},
    {"toggle", "switch painting off or on", cmd_toggle},
    {"next", "the next style", cmd_next},
    {"prev", "the style before", cmd_prev},
    {"top", "watch the apps that run", cmd_top},
    {"doctor", "find out why an app is not painted", cmd_doctor},
    {"stylize", "paint a picture in a style", cmd_stylize},
    {"view", "look at pictures or a scene, painted, in a window", cmd_view},
    {"styles", "list the styles that are installed", cmd_styles},
    {"run", "run an OpenXR app with the layer switched on", cmd_run},
    {"config", "show or check the settings", cmd_config},
    {"report", "turn a log of frames into a page with plots", cmd_report},
    {"lab", "paint by optimisation, and what belongs to it", cmd_lab},
    {"bench", "measure how fast this machine is", cmd_bench},
    {"pipe", "paint frames from standard input, for scripts", cmd_pipe},
    {"completion", "for bash, zsh or fish", cmd_completion},
    {"replay", "paint a recorded session again and compare", cmd_replay},
};

int cli_parse_json(int argc, char **argv, const char *help, bool *out_json)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int option;

    *out_json = false;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return puts(help), -1;
        if (option != 'j')
            return CLI_USAGE; // getopt has said why
        *out_json = true;
    }
    return optind < argc ? cli_usage_error(argv[0], "unexpected '%s'", argv[optind]) : CLI_OK;
}

int cli_set(const char *command, struct artem_settings *settings, const char *key, const char *value)
{
    char error[256], option[32];

    if (artem_settings_set(settings, key, value, error, sizeof error) == ARTEM_OK)
        return CLI_OK;
    snprintf(option, sizeof option, "%s", key);
    for (char *c = option; *c; c++)
        *c = *c == '_' ? '-' : *c;
    return cli_usage_error(command, "--%s: %s", option, error);
}

static int print_help(void)
{
    puts("artem: restyles pictures and virtual reality apps as paintings\n\nusage: artem COMMAND ...\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts("\nartem COMMAND --help tells more. Also: artem --version, artem --help.");
    return cli_finish_output();
}

// Where the caller has closed one of the standard descriptors, the next file that is opened would take its place, and
// get what is printed. Nothing can be written to what takes it now: that is noticed as before.
static void fill_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

// What a command says belongs to whom has typed it: a file of ARTEM_LOG is for the apps.
static void begin_log(void)
{
    const char *wanted = getenv("ARTEM_LOG");

    if (wanted != NULL && strchr(wanted, ':') == NULL)
        artem_log_init();
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    fill_standard_descriptors();
    begin_log();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return print_help();
    if (strcmp(name, "--version") == 0) {
        puts("artem " ARTEM_VERSION);
        return cli_finish_output();
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) {
            char full[32];
            snprintf(full, sizeof full, "artem %s", name);
            argv[1] = full;
            return commands[i].run(argc - 1, argv + 1);
        }
    return name[0] ? cli_usage_error("artem", "no command '%s'", name)
                   : cli_usage_error("artem", "a command is missing");
}
