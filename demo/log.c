// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_verbose, was_refused;

static void print(const char *format, va_list arguments)
{
    fputs("artem-demo: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

bool demo_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    return false;
}

void demo_verbose(const char *format, ...)
{
    va_list arguments;
    if (!is_verbose)
        return;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
}

void demo_set_verbose(bool verbose)
{
    is_verbose = verbose;
}

bool demo_refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    was_refused = true;
    return false;
}

bool demo_refused(void)
{
    return was_refused;
}
