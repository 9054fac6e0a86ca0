// SPDX-License-Identifier: Apache-2.0
// One call of artem lab optimize.
#ifndef ARTEM_LAB_OPTIMIZE_JOB_H
#define ARTEM_LAB_OPTIMIZE_JOB_H

#include <limits.h>
#include <stdbool.h>

#include "optimize.h"
#include "progress.h"

enum { OPTIMIZE_CURVES = 2 };

struct optimize_job {
    const char *content, *style, *out, *curves[OPTIMIZE_CURVES];
    char weights[PATH_MAX], state[PATH_MAX];
    struct optimize_options options;
    const char *content_device, *style_device; // NULL: both are computed together
    uint32_t every, curve_count;
    bool is_fresh;
    struct progress progress;
    double saved; // state->seconds of the last file
};

// CLI_OK, or CLI_USAGE after a message; ends the program after --help.
int optimize_job_parse(int argc, char **argv, struct optimize_job *out_job);

#endif
