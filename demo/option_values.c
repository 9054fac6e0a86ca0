// SPDX-License-Identifier: Apache-2.0
#include "option_values.h"
#include "log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int option_choose(const char *option, const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    char known[200] = "";
    for (int i = 0; names[i]; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), " %s", names[i]);
    demo_error("--%s does not know '%s'; it knows:%s", option, text, known);
    return -1;
}

bool option_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < low || value > high)
        return demo_error("--%s needs a whole number from %llu to %llu, not '%s'", option, (unsigned long long)low,
                          (unsigned long long)high, text);
    *out = value;
    return true;
}

bool option_real(const char *option, const char *text, double high, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || !(value > 0 && value <= high))
        return demo_error("--%s needs a number above 0 and up to %g, not '%s'", option, high, text);
    *out = value;
    return true;
}

bool option_u32(const char *option, const char *text, uint32_t low, uint32_t high, uint32_t *out)
{
    uint64_t value = 0;
    if (!option_number(option, text, low, high, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

bool option_size(const char *option, const char *text, uint32_t *out_width, uint32_t *out_height)
{
    unsigned width, height;
    char rest;
    if (sscanf(text, "%5ux%5u%c", &width, &height, &rest) != 2 || width < 16 || height < 16 || width > 16384 ||
        height > 16384)
        return demo_error("--%s needs WIDTHxHEIGHT, each from 16 to 16384, not '%s'", option, text);
    *out_width = width;
    *out_height = height;
    return true;
}
