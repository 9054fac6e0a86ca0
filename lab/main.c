// SPDX-License-Identifier: Apache-2.0
// artem-lab, which "artem lab" starts: optimisation style transfer. A program of its own, because of what it links.
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"
#include "lab.h"

static const struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"optimize", "paint a picture by optimising its pixels", lab_optimize},
};

int lab_error(const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    artem_log(ARTEM_LOG_ERROR, "%s", text);
    return LAB_ERROR;
}

int lab_usage_error(const char *command, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "; see %s --help\n", command);
    return LAB_USAGE;
}

int lab_parse_uint(const char *command, const char *option, const char *text, uint32_t low, uint32_t high,
                   uint32_t *out)
{
    char *end = NULL;

    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || text[0] == '-' || value < low || value > high)
        return lab_usage_error(command, "--%s: '%s' is not a whole number from %u to %u", option, text, low, high);
    *out = (uint32_t)value;
    return LAB_OK;
}

int lab_parse_float(const char *command, const char *option, const char *text, double low, double high, float *out)
{
    char *end = NULL;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value) || value < low || value > high)
        return lab_usage_error(command, "--%s: '%s' is not a number from %g to %g", option, text, low, high);
    *out = (float)value;
    return LAB_OK;
}

bool lab_default_weights(char *path, size_t size)
{
    const char *cache = artem_user_env("XDG_CACHE_HOME"), *home = artem_user_env("HOME");
    int length = -1;

    if (cache != NULL && cache[0] == '/') // the specification has relative paths ignored
        length = snprintf(path, size, "%s/artem/vgg16.safetensors", cache);
    else if (home != NULL)
        length = snprintf(path, size, "%s/.cache/artem/vgg16.safetensors", home);
    return length >= 0 && (size_t)length < size;
}

static int print_help(void)
{
    puts("artem lab: optimisation style transfer\n\nusage: artem lab COMMAND ...\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts("\nartem lab COMMAND --help tells more. What is behind it: docs/lab.md.");
    return fflush(stdout) == 0 ? LAB_OK : LAB_ERROR;
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
    return name[0] != '\0' ? lab_usage_error("artem lab", "no command '%s'", name)
                           : lab_usage_error("artem lab", "a command is missing");
}
