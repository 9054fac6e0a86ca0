// SPDX-License-Identifier: Apache-2.0
#include <lbfgs.h>
#include <stdlib.h>

#include "artem/log.h"
#include "minimise.h"

struct run {
    const struct minimise_problem *problem;
    float *x, *grad, *best; // best: where the last finished iteration arrived
    uint32_t done;          // iterations before this start
    uint32_t here;          // since this start
    enum artem_result result;
    bool is_enough;
};

// What holds values within their bounds: its part of the function, and of the gradient, to which it is added.
static double hold(const struct minimise_problem *problem, const float *x, lbfgsfloatval_t *grad)
{
    const double scale = problem->hold / (double)problem->values;
    double sum = 0;

    for (uint64_t i = 0; i < problem->values; i++) {
        const double beyond = (double)(x[i] - minimise_within(problem, x[i]));
        grad[i] += 2 * scale * beyond;
        sum += beyond * beyond;
    }
    return scale * sum;
}

// libLBFGS pads n to its vectors: what is beyond the problem's values takes no part.
static lbfgsfloatval_t evaluate(void *user, const lbfgsfloatval_t *x, lbfgsfloatval_t *grad, int n,
                                lbfgsfloatval_t step)
{
    struct run *run = user;
    const uint64_t values = run->problem->values;
    double value = 0;

    (void)step;
    if (run->result != ARTEM_OK)
        return 0;
    for (uint64_t i = 0; i < values; i++)
        run->x[i] = (float)x[i];
    run->result = run->problem->evaluate(run->problem->user, run->x, run->grad, &value);
    for (uint64_t i = 0; i < (uint64_t)n; i++)
        grad[i] = i < values && run->result == ARTEM_OK ? (double)run->grad[i] : 0;
    return run->result == ARTEM_OK ? value + hold(run->problem, run->x, grad) : value;
}

static int progress(void *user, const lbfgsfloatval_t *x, const lbfgsfloatval_t *grad, lbfgsfloatval_t value,
                    lbfgsfloatval_t x_norm, lbfgsfloatval_t grad_norm, lbfgsfloatval_t step, int n, int iteration,
                    int trials)
{
    struct run *run = user;

    (void)grad, (void)x_norm, (void)grad_norm, (void)step, (void)n, (void)trials;
    if (run->result != ARTEM_OK)
        return 1;
    run->here = (uint32_t)iteration;
    for (uint64_t i = 0; i < run->problem->values; i++)
        run->best[i] = (float)x[i];
    run->is_enough = !run->problem->progress(run->problem->user, run->done + (uint32_t)iteration, run->best, value);
    return run->is_enough;
}

// What a line search says that can go no lower from here.
static bool is_stuck(int status)
{
    return status == LBFGS_ALREADY_MINIMIZED || status == LBFGS_SUCCESS || status == LBFGS_STOP ||
           status == LBFGSERR_ROUNDING_ERROR || status == LBFGSERR_MINIMUMSTEP || status == LBFGSERR_MAXIMUMSTEP ||
           status == LBFGSERR_MAXIMUMLINESEARCH || status == LBFGSERR_WIDTHTOOSMALL ||
           status == LBFGSERR_INCREASEGRADIENT || status == LBFGSERR_OUTOFINTERVAL ||
           status == LBFGSERR_INCORRECT_TMINMAX;
}

// Once from run->best. True: it may go on with a new history.
static bool start(struct run *run, lbfgsfloatval_t *x, uint32_t iterations, enum minimise_end *out_end)
{
    lbfgs_parameter_t parameters;

    lbfgs_parameter_init(&parameters);
    parameters.m = 20;
    parameters.epsilon = 0; // ends when the iterations do
    parameters.max_iterations = (int)(iterations - run->done);
    parameters.max_linesearch = 25;
    if (run->problem->is_approximate)
        parameters.linesearch = LBFGS_LINESEARCH_BACKTRACKING_ARMIJO;
    for (uint64_t i = 0; i < run->problem->values; i++)
        x[i] = (double)run->best[i];
    run->here = 0;
    const int status = lbfgs((int)run->problem->values, x, NULL, evaluate, progress, run, &parameters);
    run->done += run->here;
    if (run->result != ARTEM_OK)
        return false;
    if (run->is_enough) {
        *out_end = MINIMISE_ENOUGH;
        return false;
    }
    if (status == LBFGSERR_MAXIMUMITERATION || run->done >= iterations) {
        *out_end = MINIMISE_ITERATIONS;
        return false;
    }
    if (is_stuck(status)) {
        *out_end = MINIMISE_CONVERGED;
        return run->here > 0; // a new history may still find a way
    }
    artem_log(ARTEM_LOG_ERROR, "lab: libLBFGS failed with status %d", status);
    run->result = status == LBFGSERR_OUTOFMEMORY ? ARTEM_ERROR_MEMORY : ARTEM_ERROR_DEVICE;
    return false;
}

enum artem_result minimise_lbfgs(const struct minimise_problem *problem, float *x, uint32_t iterations,
                                 enum minimise_end *out_end)
{
    const uint64_t bytes = problem->values * sizeof(float);
    struct run run = {.problem = problem, .x = malloc(bytes), .grad = malloc(bytes), .best = x};
    lbfgsfloatval_t *padded = problem->values > INT32_MAX / 2 ? NULL : lbfgs_malloc((int)problem->values); // zeros

    *out_end = MINIMISE_ITERATIONS;
    if (run.x == NULL || run.grad == NULL || padded == NULL) {
        run.result = ARTEM_ERROR_MEMORY;
    } else {
        while (run.done < iterations && start(&run, padded, iterations, out_end))
            ;
    }
    if (padded != NULL)
        lbfgs_free(padded);
    free(run.x);
    free(run.grad);
    return run.result;
}
