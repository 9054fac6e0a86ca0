// SPDX-License-Identifier: Apache-2.0
// What the command's files expect of its main.c.
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

    va_start(args, format);
    va_end(args);
    return cli_error("%s", command), CLI_USAGE;
}

int cli_finish_output(void)
{
    return CLI_OK;
}
