// SPDX-License-Identifier: Apache-2.0
#include "optimize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "minimise.h"

// Of what the judge says is missing, taken on at once: all of it overshoots.
#define CORRECTED_SHARE 0.5f
// Pixels are held within 0..1 (minimise.h). A hundredth of it is too weak, a hundred times as much slows L-BFGS down.
#define HOLD 10000

struct run {
    const struct optimize_inputs *inputs;
    const struct optimize_options *options;
    struct optimize_watch *watch;
    struct lab_state *state;
    struct objective *objective; // one of these two
    struct split_objective *split;
    struct objective *judge; // or NULL
    struct minimise_adam *adam;
    uint32_t before;              // iterations of this scale that an earlier run did
    struct objective_terms terms; // of the latest evaluation
    double clock;                 // when state->seconds was last brought up to date
    enum artem_result result;     // of what is judged on the way
    bool is_stopped;
};

static enum artem_result measure(struct run *run, const float *x, float *grad)
{
    return run->split != NULL ? split_evaluate(run->split, x, grad, &run->terms)
                              : objective_evaluate(run->objective, x, grad, &run->terms);
}

static enum artem_result evaluate(void *user, const float *x, float *grad, double *out_value)
{
    struct run *run = user;
    const struct lab_time start = lab_time_now();
    const enum artem_result result = measure(run, x, grad);

    *out_value = run->terms.total;
    return result == ARTEM_OK && !lab_times_add(run->watch->times, &start) ? ARTEM_ERROR_MEMORY : result;
}

static void take_time(struct run *run)
{
    const double time = lab_time_now().clock;

    run->state->seconds += time - run->clock;
    run->clock = time;
}

static bool note(struct run *run)
{
    struct lab_state *state = run->state;
    double judged = NAN;

    take_time(run);
    if (run->judge != NULL && run->options->judges_all)
        run->result = judge_style(run->judge, &state->picture, &judged);
    run->clock = lab_time_now().clock; // the judge's time is not the work's
    const struct curve_point point = {state->scale, state->iteration, state->seconds, run->terms, judged};
    return run->result == ARTEM_OK && curve_add(&state->curve, &point) &&
           run->watch->progress(run->watch->user, state, &run->terms);
}

// The targets depend on the picture alone, so they need not be kept.
static enum artem_result correct(struct run *run)
{
    return objective_correct_style(run->objective, run->judge, run->state->picture.rgb, CORRECTED_SHARE);
}

// The scales share the iterations alike; the last, which is the dearest, gets what is left over.
static uint32_t iterations_of(const struct optimize_options *options, uint32_t scale)
{
    const uint32_t each = options->iterations / options->scales;
    return scale + 1 == options->scales ? options->iterations - each * (options->scales - 1) : each;
}

// The line search's last evaluation is the point that it settled on, so run->terms are those of x. Adam's are those of
// the point before its step.
static bool progress(void *user, uint32_t iteration, const float *x, double value)
{
    struct run *run = user;

    (void)value;
    (void)x; // state->picture
    run->state->iteration = run->adam != NULL ? iteration : run->before + iteration;
    run->is_stopped = !note(run);
    if (!run->is_stopped && run->options->correct > 0 && iteration % run->options->correct == 0 &&
        iteration < iterations_of(run->options, run->state->scale)) // after the last nothing follows it
        run->result = correct(run);
    return !run->is_stopped && run->result == ARTEM_OK;
}

static enum artem_result minimise(struct run *run, enum minimise_end *out_end)
{
    struct lab_state *state = run->state;
    const uint64_t values = (uint64_t)state->picture.width * state->picture.height * 3;
    const struct minimise_problem problem = {.values = values,
                                             .evaluate = evaluate,
                                             .progress = progress,
                                             .user = run,
                                             .most = 1,
                                             .hold = HOLD,
                                             .is_approximate = run->inputs->weights->variant != VGG_FLOAT};
    const uint32_t iterations = iterations_of(run->options, state->scale);
    struct minimise_adam adam = {.rate = run->options->rate, .first_decay = 0.9f, .second_decay = 0.999f};

    *out_end = MINIMISE_ITERATIONS;
    if (state->iteration >= iterations)
        return ARTEM_OK;
    if (run->options->method == OPTIMIZE_LBFGS) {
        run->before = state->iteration;
        return minimise_lbfgs(&problem, state->picture.rgb, iterations - state->iteration, out_end);
    }
    for (int i = 0; i < 2; i++)
        if (state->moments[i] == NULL && (state->moments[i] = calloc(values, sizeof(float))) == NULL)
            return ARTEM_ERROR_MEMORY;
    adam.iteration = state->iteration;
    adam.first_moment = state->moments[0];
    adam.second_moment = state->moments[1];
    run->adam = &adam;
    if (run->options->correct > 0 && state->iteration > 0 && (run->result = correct(run)) != ARTEM_OK)
        return run->result;
    const enum artem_result result = minimise_adam(&problem, &adam, state->picture.rgb, iterations, out_end);
    run->adam = NULL;
    return result;
}

// xorshift; the pictures need no better.
static float noise(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (float)(*seed >> 40) / (float)(1 << 24);
}

// What the option says, at that size.
static enum artem_result make_start(const struct run *run, uint32_t width, uint32_t height,
                                    struct lab_picture *out_picture)
{
    if (!lab_picture_scale(run->inputs->content, width, height, out_picture))
        return ARTEM_ERROR_MEMORY;
    if (run->options->start == OPTIMIZE_FROM_NOISE) {
        uint64_t seed = 0x9e3779b97f4a7c15u ^ (uint64_t)run->options->seed << 1;
        for (uint64_t i = 0; i < (uint64_t)width * height * 3; i++)
            out_picture->rgb[i] = noise(&seed);
    }
    return ARTEM_OK;
}

// Where the scale starts from: the scale before, or the option.
static enum artem_result first_picture(struct run *run, const struct lab_picture *content)
{
    struct lab_state *state = run->state;
    struct lab_picture picture;
    enum artem_result result = ARTEM_OK;

    if (state->picture.rgb != NULL && state->picture.width == content->width &&
        state->picture.height == content->height)
        return ARTEM_OK;
    if (state->picture.rgb == NULL)
        result = make_start(run, content->width, content->height, &picture);
    else if (!lab_picture_scale(&state->picture, content->width, content->height, &picture))
        result = ARTEM_ERROR_MEMORY;
    if (result != ARTEM_OK)
        return result;
    lab_picture_free(&state->picture);
    state->picture = picture;
    return ARTEM_OK;
}

// Whether the curve has begun in this scale.
static bool has_point_of(const struct lab_state *state)
{
    return state->curve.count > 0 && state->curve.points[state->curve.count - 1].scale == state->scale;
}

// The start and the result, at the last size.
static enum artem_result judge_result(struct run *run, const struct lab_picture *content,
                                      const struct lab_picture *style, struct optimize_outcome *out)
{
    struct lab_picture start = {0};
    enum artem_result result = ARTEM_OK;

    if (run->judge == NULL)
        result = judge_create(run->inputs->judge, &run->options->objective, content, style, &run->judge);
    if (result == ARTEM_OK)
        result = make_start(run, content->width, content->height, &start);
    if (result == ARTEM_OK)
        result = judge_style(run->judge, &start, &out->judged_start);
    if (result == ARTEM_OK)
        result = judge_style(run->judge, &run->state->picture, &out->judged);
    if (result != ARTEM_OK)
        out->judged_start = out->judged = NAN;
    lab_picture_free(&start);
    return result;
}

static enum artem_result run_scale(struct run *run, const struct lab_picture *content, const struct lab_picture *style,
                                   struct optimize_outcome *out)
{
    struct lab_state *state = run->state;
    enum minimise_end end = MINIMISE_ITERATIONS;
    enum artem_result result = first_picture(run, content);

    if (result == ARTEM_OK && run->options->devices.is_split)
        result = split_create(run->inputs->weights, &run->options->objective, content, style, &run->options->devices,
                              run->options->threads, &run->split);
    else if (result == ARTEM_OK)
        result = objective_create(run->inputs->weights, &run->options->objective, content, style, &run->objective);
    take_time(run);
    if (result == ARTEM_OK && run->inputs->judge != NULL && (run->options->judges_all || run->options->correct > 0))
        result = judge_create(run->inputs->judge, &run->options->objective, content, style, &run->judge);
    run->clock = lab_time_now().clock;
    if (result == ARTEM_OK && !has_point_of(state)) {
        result = measure(run, state->picture.rgb, NULL);
        run->is_stopped = result == ARTEM_OK && !note(run);
    }
    if (result == ARTEM_OK && !run->is_stopped)
        result = minimise(run, &end);
    if (run->split != NULL)
        split_times(run->split, &run->watch->content_seconds, &run->watch->style_seconds);
    split_destroy(&run->split);
    objective_destroy(&run->objective);
    if (result == ARTEM_OK)
        result = run->result;
    if (result == ARTEM_OK && run->inputs->judge != NULL && !run->is_stopped &&
        run->state->scale + 1 == run->options->scales)
        out->judging = judge_result(run, content, style, out);
    objective_destroy(&run->judge);
    out->end = run->is_stopped ? OPTIMIZE_STOPPED : end == MINIMISE_CONVERGED ? OPTIMIZE_CONVERGED : OPTIMIZE_DONE;
    return result;
}

static enum artem_result scale_pictures(const struct optimize_options *options, uint32_t scale,
                                        const struct lab_picture *content, const struct lab_picture *style,
                                        struct lab_picture out[2])
{
    const uint32_t halvings = options->scales - 1 - scale;
    uint32_t width, height;

    lab_picture_fit(content, options->size >> halvings, &width, &height);
    if (!lab_picture_scale(content, width, height, &out[0]))
        return ARTEM_ERROR_MEMORY;
    lab_picture_fit(style, options->style_size >> halvings, &width, &height);
    return lab_picture_scale(style, width, height, &out[1]) ? ARTEM_OK : ARTEM_ERROR_MEMORY;
}

enum artem_result optimize_run(const struct optimize_inputs *inputs, const struct optimize_options *options,
                               struct optimize_watch *watch, struct lab_state *state, struct optimize_outcome *out)
{
    struct run run = {
        .inputs = inputs, .options = options, .watch = watch, .state = state, .clock = lab_time_now().clock};
    enum artem_result result = ARTEM_OK;

    *out = (struct optimize_outcome){OPTIMIZE_DONE, NAN, NAN, ARTEM_OK};
    while (state->scale < options->scales) {
        struct lab_picture pictures[2] = {{0}};
        result = scale_pictures(options, state->scale, inputs->content, inputs->style, pictures);
        if (result == ARTEM_OK)
            result = run_scale(&run, &pictures[0], &pictures[1], out);
        lab_picture_free(&pictures[0]);
        lab_picture_free(&pictures[1]);
        if (result != ARTEM_OK || out->end == OPTIMIZE_STOPPED || state->scale + 1 == options->scales)
            break;
        state->scale++;
        state->iteration = 0;
        for (int i = 0; i < 2; i++) {
            free(state->moments[i]);
            state->moments[i] = NULL;
        }
    }
    return result;
}
