// SPDX-License-Identifier: Apache-2.0
// Minimisers of a function of many values.
#ifndef ARTEM_LAB_MINIMISE_H
#define ARTEM_LAB_MINIMISE_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"

struct minimise_problem {
    uint64_t values;
    // The function at x, and its gradient.
    enum artem_result (*evaluate)(void *user, const float *x, float *grad, double *out_value);
    // After each iteration, x being where it arrived. False: enough.
    bool (*progress)(void *user, uint32_t iteration, const float *x, double value);
    void *user;
    // Beyond these bounds values count as the bound, and have no gradient that could lead them back. Adam's steps end
    // there at the latest; L-BFGS knows no bounds, so `hold` times the mean square of what lies beyond them is added to
    // the function. Without bounds: -INFINITY, INFINITY.
    float least, most;
    double hold;
    // The gradient is not quite the value's: a line search must not ask more of a point than that it is lower.
    bool is_approximate;
};

// A value within the bounds; what is not a number stays so, for the function to refuse.
static inline float minimise_within(const struct minimise_problem *problem, float value)
{
    return value < problem->least ? problem->least : value > problem->most ? problem->most : value;
}

enum minimise_end {
    MINIMISE_ITERATIONS, // as many as were asked for
    MINIMISE_ENOUGH,     // progress said so
    MINIMISE_CONVERGED,  // no smaller value was found
};

// Limited-memory BFGS (Nocedal 1980; line search of Moré & Thuente 1994) by libLBFGS. Iterations are counted from 1; x
// is start and result. On an error x is the last point that progress saw.
enum artem_result minimise_lbfgs(const struct minimise_problem *problem, float *x, uint32_t iterations,
                                 enum minimise_end *out_end);

// Adam (Kingma & Ba 2015): its state can be kept, to go on later.
struct minimise_adam {
    float rate;                          // step of a value
    float first_decay, second_decay;     // 0.9 and 0.999 as published
    uint32_t iteration;                  // done so far
    float *first_moment, *second_moment; // as many as the values, zeros at first
};

enum artem_result minimise_adam(const struct minimise_problem *problem, struct minimise_adam *adam, float *x,
                                uint32_t iterations, enum minimise_end *out_end);

#endif
