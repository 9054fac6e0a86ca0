// SPDX-License-Identifier: Apache-2.0
// What an optimisation that was stopped goes on from.
#ifndef ARTEM_LAB_STATE_H
#define ARTEM_LAB_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "curve.h"
#include "picture.h"

struct lab_state {
    uint64_t inputs;    // a digest of all that the result depends on
    uint32_t scale;     // being worked at
    uint32_t iteration; // done in it
    double seconds;     // of work
    struct lab_picture picture;
    float *moments[2]; // Adam's, as many values as the picture has; NULL for other minimisers
    struct curve curve;
};

// Whole or not at all. False with errno set.
bool lab_state_save(const char *path, const struct lab_state *state);

// False: there is none that belongs to these inputs; a file that is there but of no use is said in the log. Then the
// state is empty.
bool lab_state_load(const char *path, uint64_t inputs, struct lab_state *out_state);

void lab_state_free(struct lab_state *state);

#endif
