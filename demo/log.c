// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static const char *program = "artem-demo";
static bool is_verbose, was_refused;

void demo_set_program(const char *name)
{
    program = name;
}

const char *demo_program(void)
{
    return program;
}

static void print(const char *format, va_list arguments)
{
    fprintf(stderr, "%s: ", program);
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

bool demo_print(const char *text)
{
    return (fputs(text, stdout) >= 0 && fflush(stdout) == 0) || demo_error("standard output: %m");
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
