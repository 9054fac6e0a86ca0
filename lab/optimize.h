// SPDX-License-Identifier: Apache-2.0
// A whole optimisation: scales, minimiser, what is kept of it.
#ifndef ARTEM_LAB_OPTIMIZE_H
#define ARTEM_LAB_OPTIMIZE_H

#include <stdbool.h>

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
    uint32_t correct; // with a judge, Adam: iterations after which it corrects the targets of the style; 0: never
    bool judges_all;  // every point of the curve is judged, not only the result
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

struct optimize_inputs {
    const struct vgg_weights *weights; // of the network that is painted by
    const struct vgg_weights *judge;   // VGG-16, to measure the style loss of another network's picture; or NULL
    const struct lab_picture *content, *style; // at any size
};

struct optimize_outcome {
    enum optimize_end end;
    double judged_start, judged; // style losses at the last size, with a judge, unless it was stopped; else NaN
    enum artem_result judging;   // why the judge could not tell them: the picture is as good as with them
};

// state: empty, or loaded from an earlier run with the same inputs; afterwards what was reached, for lab_state_free.
enum artem_result optimize_run(const struct optimize_inputs *inputs, const struct optimize_options *options,
                               struct optimize_watch *watch, struct lab_state *state, struct optimize_outcome *out);

#endif
