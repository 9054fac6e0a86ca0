// SPDX-License-Identifier: Apache-2.0
// artem-lab, which "artem lab" starts: optimisation style transfer. A program of its own, because of what it links.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

static const struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"binarize", "make a binarised network of VGG-16", lab_binarize},
    {"inspect", "hold binarised networks against VGG-16", lab_inspect},
    {"optimize", "paint a picture by optimising its pixels", lab_optimize},
    {"measure", "the losses of a painted picture", lab_measure_command},
};

int lab_parse_options(int argc, char **argv, const char *letters, const struct option *options, const char *help,
                      lab_take_option *take, void *user)
{
    int option, at = 0, result = CLI_OK;

    while (result == CLI_OK && (option = getopt_long(argc, argv, letters, options, &at)) != -1) {
        if (option == 'h') {
            puts(help);
            exit(cli_finish_output());
        }
        if (option == '?')
            return CLI_USAGE; // getopt has said why
        result = take(user, argv[0], option, options[at].name, optarg);
    }
    return result;
}

int lab_parse_uint(const char *command, const char *option, const char *text, uint32_t low, uint32_t high,
                   uint32_t *out)
{
    char *end = NULL;

    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || text[0] == '-' || value < low || value > high)
        return cli_usage_error(command, "--%s: '%s' is not a whole number from %u to %u", option, text, low, high);
    *out = (uint32_t)value;
    return CLI_OK;
}

int lab_parse_float(const char *command, const char *option, const char *text, double low, double high, float *out)
{
    char *end = NULL;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value) || value < low || value > high)
        return cli_usage_error(command, "--%s: '%s' is not a number from %g to %g", option, text, low, high);
    *out = (float)value;
    return CLI_OK;
}

static int print_help(void)
{
    puts("artem lab: optimisation style transfer\n\nusage: artem lab COMMAND ...\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts("\nartem lab COMMAND --help tells more. What is behind it: docs/lab.md.");
    return cli_finish_output();
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) {
            char full[32];
            snprintf(full, sizeof full, "artem lab %s", name);
            argv[1] = full;
            return commands[i].run(argc - 1, argv + 1);
        }
    return name[0] != '\0' ? cli_usage_error("artem lab", "no command '%s'", name)
                           : cli_usage_error("artem lab", "a command is missing");
}
