// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "minimise.h"
#include "test.h"

enum { VALUES = 21 }; // no multiple of a vector

struct valley {
    uint32_t evaluations, iterations, stop_after, fail_after;
    double last;
};

// Rosenbrock's function in pairs, and a parabola for the last value: 0 where all are 1.
static enum artem_result evaluate(void *user, const float *x, float *grad, double *out_value)
{
    struct valley *valley = user;
    double sum = 0;

    if (valley->fail_after != 0 && valley->evaluations == valley->fail_after)
        return ARTEM_ERROR_DEVICE;
    valley->evaluations++;
    for (int i = 0; i + 1 < VALUES; i += 2) {
        const double a = 1 - (double)x[i], b = (double)x[i + 1] - (double)x[i] * (double)x[i];
        sum += a * a + 20 * b * b;
        grad[i] = (float)(-2 * a - 80 * (double)x[i] * b);
        grad[i + 1] = (float)(40 * b);
    }
    const double c = 1 - (double)x[VALUES - 1];
    grad[VALUES - 1] = (float)(-2 * c);
    *out_value = sum + c * c;
    return ARTEM_OK;
}

static bool progress(void *user, uint32_t iteration, const float *x, double value)
{
    struct valley *valley = user;

    (void)x;
    valley->iterations++;
    CHECK_INT(iteration, valley->iterations);
    valley->last = value;
    return valley->stop_after == 0 || iteration < valley->stop_after;
}

static struct minimise_problem unbounded(enum artem_result (*function)(void *, const float *, float *, double *),
                                         struct valley *valley)
{
    return (struct minimise_problem){VALUES, function, progress, valley, .least = -INFINITY, .most = INFINITY};
}

static void set_start(float x[VALUES])
{
    for (int i = 0; i < VALUES; i++)
        x[i] = i % 2 ? 1.0f : -1.2f;
}

static void test_lbfgs(void)
{
    struct valley valley = {0}, stopped = {.stop_after = 3}, failing = {.fail_after = 4};
    struct minimise_problem problem = unbounded(evaluate, &valley);
    enum minimise_end end;
    float x[VALUES];

    set_start(x);
    CHECK_INT(minimise_lbfgs(&problem, x, 200, &end), ARTEM_OK);
    CHECK(end == MINIMISE_CONVERGED || valley.iterations == 200);
    for (int i = 0; i < VALUES; i++)
        CHECK(fabsf(x[i] - 1) < 1e-3f);

    problem.user = &stopped;
    set_start(x);
    CHECK_INT(minimise_lbfgs(&problem, x, 200, &end), ARTEM_OK);
    CHECK_INT(end, MINIMISE_ENOUGH);
    CHECK_INT(stopped.iterations, 3);
    float grad[VALUES];
    double value;
    evaluate(&(struct valley){0}, x, grad, &value);
    CHECK(fabs(value - stopped.last) < 1e-5 * stopped.last); // x is where the last iteration arrived

    problem.user = &failing;
    set_start(x);
    CHECK_INT(minimise_lbfgs(&problem, x, 200, &end), ARTEM_ERROR_DEVICE);
}

// Values in steps, as of a network of bits, and the gradient of what lies beneath, each part of it off by up to half.
static enum artem_result evaluate_steps(void *user, const float *x, float *grad, double *out_value)
{
    const enum artem_result result = evaluate(user, x, grad, out_value);

    *out_value = floor(*out_value * 20) / 20;
    for (int i = 0; i < VALUES; i++)
        grad[i] *= 1 + 0.5f * sinf(37 * x[i] + (float)i);
    return result;
}

static void test_lbfgs_approximate(void)
{
    double value[2];

    for (int kind = 0; kind < 2; kind++) {
        struct valley valley = {0};
        struct minimise_problem problem = unbounded(evaluate_steps, &valley);
        enum minimise_end end;
        float x[VALUES];
        problem.is_approximate = kind == 1;
        set_start(x);
        CHECK_INT(minimise_lbfgs(&problem, x, 60, &end), ARTEM_OK);
        value[kind] = valley.last;
    }
    CHECK(value[1] < 3); // from 58
    if (!(value[1] < value[0]))
        TEST_FAIL("%g, but %g where more was asked of a point", value[1], value[0]);
}

static void run_adam(float x[VALUES], const uint32_t stops[2])
{
    float moments[2][VALUES] = {{0}};
    struct minimise_adam adam = {.rate = 0.05f,
                                 .first_decay = 0.9f,
                                 .second_decay = 0.999f,
                                 .first_moment = moments[0],
                                 .second_moment = moments[1]};
    enum minimise_end end;

    set_start(x);
    for (int i = 0; i < 2; i++) {
        struct valley valley = {.iterations = adam.iteration};
        const struct minimise_problem problem = unbounded(evaluate, &valley);
        CHECK_INT(minimise_adam(&problem, &adam, x, stops[i], &end), ARTEM_OK);
        CHECK_INT(end, MINIMISE_ITERATIONS);
    }
}

static void test_adam(void)
{
    float whole[VALUES], parts[VALUES];

    run_adam(whole, (const uint32_t[]){1500, 1500});
    run_adam(parts, (const uint32_t[]){321, 1500});
    for (int i = 0; i < VALUES; i++)
        CHECK(fabsf(whole[i] - 1) < 0.05f);
    CHECK(memcmp(whole, parts, sizeof whole) == 0); // gone on with from its kept state
}

// Pulls every value to 5, and after thirty evaluations to 1/2. Nothing outside 0..1 may be asked about.
static enum artem_result evaluate_pull(void *user, const float *x, float *grad, double *out_value)
{
    struct valley *valley = user;
    const float to = valley->evaluations++ < 30 ? 5 : 0.5f;

    *out_value = 0;
    for (int i = 0; i < VALUES; i++) {
        CHECK(x[i] >= 0 && x[i] <= 1);
        grad[i] = 2 * (x[i] - to);
        *out_value += (double)(x[i] - to) * (double)(x[i] - to);
    }
    return ARTEM_OK;
}

static void test_adam_bounds(void)
{
    float x[VALUES] = {0}, moments[2][VALUES] = {{0}};
    struct minimise_adam adam = {.rate = 0.05f,
                                 .first_decay = 0.9f,
                                 .second_decay = 0.9f,
                                 .first_moment = moments[0],
                                 .second_moment = moments[1]};
    struct valley valley = {0};
    const struct minimise_problem problem = {VALUES, evaluate_pull, progress, &valley, .most = 1};
    enum minimise_end end;

    CHECK_INT(minimise_adam(&problem, &adam, x, 30, &end), ARTEM_OK);
    for (int i = 0; i < VALUES; i++)
        CHECK(x[i] == 1); // as near as it may come
    CHECK_INT(minimise_adam(&problem, &adam, x, 300, &end), ARTEM_OK);
    for (int i = 0; i < VALUES; i++)
        CHECK(fabsf(x[i] - 0.5f) < 0.05f); // and back
}

// In pairs, as a picture is seen: what lies outside 0..1 counts as 0 or 1, and has no gradient. The first value is to
// be 1.6 less the second, which is half at first and only slowly finds to 0.9: steps lead the first beyond 1, from
// where it has to come back to 0.7.
static enum artem_result evaluate_seen(void *user, const float *x, float *grad, double *out_value)
{
    struct valley *valley = user;

    valley->evaluations++;
    memset(grad, 0, VALUES * sizeof *grad);
    *out_value = 0;
    for (int i = 0; i + 1 < VALUES; i += 2) {
        const float away = fminf(fmaxf(x[i], 0), 1) + x[i + 1] - 1.6f, slow = x[i + 1] - 0.9f;
        *out_value += (double)(away * away + 0.01f * slow * slow);
        grad[i] = x[i] < 0 || x[i] > 1 ? 0 : 2 * away;
        grad[i + 1] = 2 * away + 0.02f * slow;
    }
    return ARTEM_OK;
}

static void test_lbfgs_bounds(void)
{
    double value[2];

    for (int kind = 0; kind < 2; kind++) {
        struct valley valley = {0};
        const struct minimise_problem problem = {VALUES,  evaluate_seen, progress,
                                                 &valley, .most = 1,     .hold = kind * 100.0};
        enum minimise_end end;
        float x[VALUES], grad[VALUES];
        for (int i = 0; i < VALUES; i++)
            x[i] = i % 2 ? 0.5f : 0.95f;
        CHECK_INT(minimise_lbfgs(&problem, x, 100, &end), ARTEM_OK);
        evaluate_seen(&valley, x, grad, &value[kind]);
    }
    CHECK(value[0] > 5e-3); // they stay outside
    if (!(value[1] < 1e-6))
        TEST_FAIL("%g is left, %g where nothing leads back", value[1], value[0]);
}

int main(void)
{
    test_lbfgs();
    test_lbfgs_approximate();
    test_adam();
    test_adam_bounds();
    test_lbfgs_bounds();
    return test_result();
}
