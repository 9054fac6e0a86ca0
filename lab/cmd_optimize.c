// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/log.h"
#include "dnn.h"
#include "image.h"
#include "interrupt.h"
#include "lab.h"
#include "measure.h"
#include "optimize_digest.h"
#include "optimize_job.h"
#include "team.h"
#include "upsample.h"

enum { SAVE_SECONDS = 20 };

// In all scales: the curve has a point more in each, where it starts.
static uint32_t iterations_done(const struct lab_state *state)
{
    return state->curve.count - state->scale - 1;
}

// The run goes on without: the next one may be written.
static void save_state(struct optimize_job *job, const struct lab_state *state)
{
    if (lab_state_save(job->state, state)) {
        job->is_kept = true;
        job->kept = iterations_done(state);
    } else {
        artem_log(ARTEM_LOG_WARN, "%s: cannot be written: %s", job->state, strerror(errno));
    }
    job->saved = state->seconds;
}

// OUT-ITERATION.png for OUT.png.
static bool save_step(const struct optimize_job *job, const struct lab_state *state)
{
    char path[PATH_MAX];
    const char *dot = strrchr(job->out, '.');

    if (snprintf(path, sizeof path, "%.*s-%05u%s", (int)(dot - job->out), job->out, iterations_done(state), dot) >=
        (int)sizeof path)
        return !cli_error("%s: the path is too long", job->out);
    return lab_picture_save(path, &state->picture);
}

static bool on_progress(void *user, const struct lab_state *state, const struct objective_terms *terms)
{
    struct optimize_job *job = user;
    const uint32_t done = iterations_done(state), all = job->options.iterations;
    bool goes_on = !lab_interrupt_came();

    progress_show(&job->progress, (double)done / all, "%u/%u  total %.5g content %.5g style %.5g %.0f s left", done,
                  all, terms->total, terms->content, terms->style, done > 0 ? state->seconds / done * (all - done) : 0);
    // Not where a scale begins: that picture was there already, smaller.
    if (job->every > 0 && state->iteration > 0 && done % job->every == 0)
        goes_on = save_step(job, state) && goes_on;
    if (state->seconds - job->saved >= SAVE_SECONDS || !goes_on)
        save_state(job, state);
    return goes_on;
}

// The picture at the size that was asked for. Where that fails, the state keeps the small one.
static int bring_up(struct optimize_job *job, const struct lab_picture *content, struct lab_state *state)
{
    struct lab_picture photo = {0}, large = {0};
    enum artem_result result = ARTEM_ERROR_MEMORY;
    uint32_t width, height;

    lab_picture_fit(content, job->size, &width, &height);
    if (lab_picture_scale(content, width, height, &photo))
        result = lab_upsample(&state->picture, &photo, &large);
    lab_picture_free(&photo);
    if (result != ARTEM_OK) {
        lab_picture_free(&large);
        save_state(job, state);
        return cli_error("the picture cannot be brought to its size: %s", artem_result_string(result));
    }
    lab_picture_free(&state->picture);
    state->picture = large;
    return CLI_OK;
}

// What is only told of a picture that is already saved.
static bool is_known(enum artem_result result, const char *what)
{
    if (result != ARTEM_OK)
        artem_log(ARTEM_LOG_WARN, "the picture is saved, but %s: %s", what, artem_result_string(result));
    return result == ARTEM_OK;
}

static int stopped(const struct optimize_job *job, const struct lab_state *state)
{
    const uint32_t done = iterations_done(state);

    for (uint32_t i = 0; i < job->curve_count; i++)
        curve_save(job->curves[i], &state->curve);
    if (!job->is_kept)
        return cli_error("stopped after %u iterations; nothing keeps them", done);
    if (job->kept < done)
        return cli_error("stopped after %u iterations; %s keeps only the first %u: the same command goes on from there",
                         done, job->state, job->kept);
    return cli_error("stopped after %u iterations; %s keeps them: the same command goes on", done, job->state);
}

static int finish(const struct optimize_job *job, const struct optimize_inputs *inputs, const struct lab_state *state,
                  const struct optimize_watch *watch, const struct optimize_outcome *outcome)
{
    const struct lab_time each = lab_times_median(watch->times);
    char shares[256];
    struct objective_terms full;
    const struct curve_point *first = &state->curve.points[0], *last = &state->curve.points[state->curve.count - 1];

    if (outcome->end == OPTIMIZE_STOPPED)
        return stopped(job, state);
    if (!lab_picture_save(job->out, &state->picture))
        return CLI_ERROR;
    for (uint32_t i = 0; i < job->curve_count; i++)
        if (!curve_save(job->curves[i], &state->curve))
            return CLI_ERROR;
    unlink(job->state);
    printf("picture     %u x %u\niterations  %u%s in %.1f s\n"
           "total       %.6g, from %.6g\ncontent     %.6g\nstyle       %.6g, from %.6g\n",
           state->picture.width, state->picture.height, iterations_done(state),
           outcome->end == OPTIMIZE_CONVERGED ? ", no smaller loss was found," : "", state->seconds, last->terms.total,
           first->terms.total, last->terms.content, last->terms.style, first->terms.style);
    if (job->scale_down > 1 &&
        is_known(lab_measure(inputs->weights, &job->options.objective, job->size, job->style_size, &state->picture,
                             inputs->content, inputs->style, &full),
                 "its losses at its size could not be measured"))
        printf("scaled up   total %.6g, content %.6g, style %.6g\n", full.total, full.content, full.style);
    if (watch->times->count > 0)
        printf("evaluations %u, each %.1f ms, %.1f ms of work on all processors (medians)\n", watch->times->count,
               1e3 * each.clock, 1e3 * each.work);
    if (job->options.devices.is_split && watch->times->count > 0)
        printf("devices     content %.1f ms, style %.1f ms of each\n", 1e3 * watch->content_seconds,
               1e3 * watch->style_seconds);
    if (is_known(outcome->judging, "VGG-16 could not judge it") && isfinite(outcome->judged))
        printf("judged      %.6g, from %.6g: style, by VGG-16 in floats\n", outcome->judged, outcome->judged_start);
    if (job->options.objective.team != NULL) {
        lab_team_describe(job->options.objective.team, shares, sizeof shares);
        printf("tiles       %s\n", shares);
    }
    return cli_finish_output();
}

static int run(struct optimize_job *job, const struct optimize_networks *networks, const struct lab_picture pictures[2])
{
    struct lab_times times = {0};
    struct optimize_watch watch = {on_progress, job, &times, 0, 0};
    const struct optimize_inputs inputs = {&networks->painter, networks->judge.layers > 0 ? &networks->judge : NULL,
                                           &pictures[0], &pictures[1]};
    const uint64_t digest = optimize_digest(&inputs, &job->options);
    struct optimize_outcome outcome;
    struct lab_state state = {0};
    struct lab_team team = {0};

    if (job->team_devices != NULL) {
        const enum artem_result made = lab_team_create(job->team_devices, job->options.threads, &team);
        if (made != ARTEM_OK)
            return cli_error("the devices cannot be used: %s", artem_result_string(made));
        job->options.objective.team = &team;
    }
    if (!job->is_fresh && lab_state_load(job->state, digest, &state)) {
        job->is_kept = true;
        job->kept = iterations_done(&state);
        fprintf(stderr, "going on after %u iterations\n", job->kept);
    }
    state.inputs = digest;
    job->saved = state.seconds;
    dnn_set_threads(job->options.threads);
    const enum artem_result result = optimize_run(&inputs, &job->options, &watch, &state, &outcome);
    progress_hide(&job->progress);
    int status = result == ARTEM_OK ? CLI_OK : cli_error("the optimisation failed: %s", artem_result_string(result));
    if (status == CLI_OK && outcome.end != OPTIMIZE_STOPPED && job->scale_down > 1)
        status = bring_up(job, &pictures[0], &state);
    if (status == CLI_OK)
        status = finish(job, &inputs, &state, &watch, &outcome);
    lab_state_free(&state);
    lab_times_free(&times);
    lab_team_destroy(&team);
    return status;
}

int lab_optimize(int argc, char **argv)
{
    struct optimize_job job;
    struct optimize_networks networks = {{0}, {0}};
    struct lab_picture pictures[2] = {{0}};

    int status = optimize_job_parse(argc, argv, &job);
    if (status != CLI_OK)
        return status;
    if (!image_can_save(job.out) || cli_check_output(job.out, job.content) != CLI_OK ||
        cli_check_output(job.out, job.style) != CLI_OK)
        return CLI_ERROR;
    for (uint32_t i = 0; i < job.curve_count; i++)
        if (!curve_can_save(job.curves[i]))
            return CLI_ERROR;
    lab_interrupt_begin();
    if (snprintf(job.state, sizeof job.state, "%s.state", job.out) >= (int)sizeof job.state)
        return cli_error("%s: the path is too long", job.out);
    if (!lab_picture_load(job.content, &pictures[0]) || !lab_picture_load(job.style, &pictures[1]) ||
        !optimize_job_is_large_enough(job.content, &pictures[0], job.options.size >> (job.options.scales - 1)) ||
        !optimize_job_is_large_enough(job.style, &pictures[1], job.options.style_size >> (job.options.scales - 1)))
        status = CLI_ERROR;
    if (status == CLI_OK)
        status = optimize_job_load_networks(&job, &networks);
    if (status == CLI_OK)
        status = run(&job, &networks, pictures);
    optimize_networks_free(&networks);
    lab_picture_free(&pictures[0]);
    lab_picture_free(&pictures[1]);
    return status;
}
