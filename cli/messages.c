// SPDX-License-Identifier: Apache-2.0
// What commands say, apart from their results: artem's, artem-lab's and the fuzz targets'.
#include <stdarg.h>
#include <stdio.h>

#include "artem/log.h"
#include "cli.h"

int cli_error(const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    artem_log(ARTEM_LOG_ERROR, "%s", text);
    return CLI_ERROR;
}

int cli_usage_error(const char *command, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "; see %s --help\n", command);
    return CLI_USAGE;
}

int cli_finish_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CLI_OK;
    return cli_error("standard output: %m");
}
