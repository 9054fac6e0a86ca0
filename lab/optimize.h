// SPDX-License-Identifier: Apache-2.0
// A whole optimisation: scales, minimiser, what is kept of it.
#ifndef ARTEM_LAB_OPTIMIZE_H
#define ARTEM_LAB_OPTIMIZE_H

#include "curve.h"
#include "objective.h"
#include "picture.h"
#include "split.h"
#include "state.h"
#include "times.h"

enum optimize_method { OPTIMIZE_LBFGS, OPTIMIZE_ADAM };
enum optimize_start { OPTIMIZE_FROM_CONTENT, OPTIMIZE_FROM_NOISE };

struct optimize_options {
    struct objective_params objective;
    enum optimize_method method;
    enum optimize_start start;
    float rate;                // Adam's
    uint32_t iterations;       // in all scales together
    uint32_t size, style_size; // the longer sides
    uint32_t scales;           // each half the size of the next
    uint32_t seed;             // of the noise
    struct split_devices devices;
    uint32_t threads; // 0: one per processor
};

// What the caller sees of it.
struct optimize_watch {
    // After each iteration and once before the first, with what a stop at this moment would keep. False: stop here.
    bool (*progress)(void *user, const struct lab_state *state, const struct objective_terms *terms);
    void *user;
    struct lab_times *times;               // of this run's evaluations with gradient
    double content_seconds, style_seconds; // of them, in the last scale, on two devices
};

enum optimize_end { OPTIMIZE_DONE, OPTIMIZE_CONVERGED, OPTIMIZE_STOPPED };

// state: empty, or loaded from an earlier run with the same inputs; afterwards what was reached, for lab_state_free.
// content and style: at any size.
enum artem_result optimize_run(const struct vgg_weights *weights, const struct optimize_options *options,
                               const struct lab_picture *content, const struct lab_picture *style,
                               struct optimize_watch *watch, struct lab_state *state, enum optimize_end *out_end);

#endif
