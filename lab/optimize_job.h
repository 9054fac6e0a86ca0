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
    const char *picture; // to be measured, by artem lab measure
    const char *content, *style, *out, *curves[OPTIMIZE_CURVES];
    const char *network, *weights, *judge; // files; NULL where none is named
    char state[PATH_MAX];
    struct optimize_options options;
    const char *content_device, *style_device; // NULL: both are computed together
    const char *team_devices;                  // NULL: one
    uint32_t scale_down;                       // options' sizes are those of the result divided by it
    uint32_t size, style_size;                 // those of the result
    uint32_t every, curve_count;
    bool is_fresh;
    struct progress progress;
    double saved;  // state->seconds when a file was last written, or could not be
    bool is_kept;  // the file has this run's iterations, so many
    uint32_t kept; //
};

// CLI_OK, or CLI_USAGE after a message; ends the program after --help.
int optimize_job_parse(int argc, char **argv, struct optimize_job *out_job);
// For artem lab measure: the options that say what is measured, and a picture before the other two.
int optimize_job_parse_measure(int argc, char **argv, struct optimize_job *out_job);

// Whether a picture of that size can be compared. Else says why not.
bool optimize_job_is_large_enough(const char *path, const struct lab_picture *picture, uint32_t size);

struct optimize_networks {
    struct vgg_weights painter, judge; // judge: VGG-16 where the painter is another, or empty
};

// Loads the job's. CLI_OK, or CLI_ERROR after a message. Free also after a failure.
int optimize_job_load_networks(const struct optimize_job *job, struct optimize_networks *out_networks);
void optimize_networks_free(struct optimize_networks *networks);

#endif
