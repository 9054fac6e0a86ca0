// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "minimise.h"

static void step(const struct minimise_problem *problem, struct minimise_adam *adam, const float *grad, float *x)
{
    const float first = 1.0f - powf(adam->first_decay, (float)adam->iteration),
                second = 1.0f - powf(adam->second_decay, (float)adam->iteration);

    for (uint64_t i = 0; i < problem->values; i++) {
        float *m = &adam->first_moment[i], *v = &adam->second_moment[i];
        *m += (1 - adam->first_decay) * (grad[i] - *m);
        *v += (1 - adam->second_decay) * (grad[i] * grad[i] - *v);
        // Gradients of pixels are tiny: the usual 1e-8 would be large beside them.
        x[i] = minimise_within(problem, x[i] - adam->rate * (*m / first) / (sqrtf(*v / second) + 1e-12f));
    }
}

enum artem_result minimise_adam(const struct minimise_problem *problem, struct minimise_adam *adam, float *x,
                                uint32_t iterations, enum minimise_end *out_end)
{
    float *grad = malloc(problem->values * sizeof *grad);
    enum artem_result result = grad == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;

    *out_end = MINIMISE_ITERATIONS;
    while (adam->iteration < iterations && result == ARTEM_OK) {
        double value;
        result = problem->evaluate(problem->user, x, grad, &value);
        if (result != ARTEM_OK)
            break;
        adam->iteration++;
        step(problem, adam, grad, x);
        if (!problem->progress(problem->user, adam->iteration, x, value)) {
            *out_end = MINIMISE_ENOUGH;
            break;
        }
    }
    free(grad);
    return result;
}
