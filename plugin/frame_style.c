// SPDX-License-Identifier: Apache-2.0
// A planned frame: settings, pictures to the engine, paintings kept, what was measured.
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "artem/log.h"
#include "frame_budget.h"
#include "frame_pictures.h"
#include "frame_recorder.h"

static const uint64_t gpu_timeout_ns = 5000000000; // for a capture: the app's own rendering comes before it
static const uint64_t no_budget_timeout_ns = 10000000000;
static const uint64_t margin_ns = 20000000; // a late engine is given up after twice the budget and this

enum artem_decision frame_fail(struct layer_session *session, const char *what, enum artem_result result)
{
    if (artem_log_once_in_a_while(&session->errors))
        artem_log(ARTEM_LOG_WARN, "%s (%s): the frame passes through unstyled", what, artem_result_string(result));
    return ARTEM_DECISION_ERROR;
}

static void lend(struct layer_session *session, struct frame_plan *plan, bool lent)
{
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        struct frame_picture *picture = &plan->pictures[i];
        struct swapchain_picture *slot = &picture->swapchain->pictures[picture->slot];

        if (!picture->paint)
            continue;
        slot->lent = lent;
        if (lent)
            slot->painted.release = 0;
    }
    pthread_mutex_unlock(&session->mutex);
}

uint64_t frame_timeout_ns(const struct artem_settings *settings)
{
    return settings->budget_ms > 0 ? (uint64_t)(settings->budget_ms * 2e6) + margin_ns : no_budget_timeout_ns;
}

static struct artem_engine_view engine_view(const struct frame_picture *picture)
{
    const struct vk_picture *buffers = &picture->swapchain->target->pictures[picture->slot];
    struct artem_engine_view view = {
        .width = picture->info.style_width,
        .height = picture->info.style_height,
        .noise = picture->noise,
    };

    if (picture->info.on_device) {
        view.in_buffer = (uint64_t)(uintptr_t)buffers->style_in.handle;
        view.out_buffer = (uint64_t)(uintptr_t)buffers->style_out.handle;
        view.in_serial = buffers->style_in.serial;
        view.out_serial = buffers->style_out.serial;
        view.in_memory = buffers->style_in.shared > 0 ? (uint64_t)(uintptr_t)buffers->style_in.memory : 0;
        view.out_memory = buffers->style_out.shared > 0 ? (uint64_t)(uintptr_t)buffers->style_out.memory : 0;
        view.in_memory_bytes = buffers->style_in.shared;
        view.out_memory_bytes = buffers->style_out.shared;
    } else {
        view.in = buffers->style_in.data;
        view.out = buffers->style_out.data;
        view.in_stride = view.out_stride = (size_t)view.width * 4;
    }
    return view;
}

// Whether a painting that nobody waits for is more than the app's queue should have between two of its frames: it goes
// there in two halves then. So is the first one, whose time nobody knows.
static bool is_long(struct layer_session *session, const struct artem_settings *settings)
{
    const double half_period_ms = (double)atomic_load(&session->period_ns) / 2e6;
    struct artem_engine_stats stats;

    styler_get_stats(session->styler, &stats);
    return stats.frames == 0 || stats.milliseconds > (settings->budget_ms > 0 ? settings->budget_ms : half_period_ms);
}

static enum artem_result run_engine(struct layer_session *session, struct frame_plan *plan,
                                    const struct artem_settings *settings, uint64_t timeout_ns, bool detached)
{
    struct artem_engine_frame frame = {.resolution = settings->resolution,
                                       .detached = detached,
                                       .halved =
                                           detached && styler_on_device(session->styler) && is_long(session, settings)};
    enum artem_result result;

    for (uint32_t i = 0; i < plan->picture_count; i++) {
        if (plan->pictures[i].paint)
            frame.view[frame.views++] = engine_view(&plan->pictures[i]);
    }
    lend(session, plan, true);
    result = styler_run(session->styler, &frame, timeout_ns);
    if (result != ARTEM_TIMEOUT && !(detached && result == ARTEM_OK))
        lend(session, plan, false);
    return result;
}

static void keep_paintings(struct layer_session *session, struct frame_plan *plan, uint64_t time_ns)
{
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        struct frame_picture *picture = &plan->pictures[i];
        struct swapchain_picture *slot = &picture->swapchain->pictures[picture->slot];

        if (!picture->paint)
            continue;
        slot->painted = picture->key;
        slot->painted_ns = time_ns;
        slot->view = picture->view;
        slot->pose = picture->pose;
    }
    pthread_mutex_unlock(&session->mutex);
}

// GPU times of the pictures' captures; per eye only where each has a swapchain of its own.
static void record_capture(const struct frame_plan *plan, struct artem_frame_record *record)
{
    const struct layer_swapchain *seen[ARTEM_MAX_VIEWS];
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        const double ms = picture->paint ? picture->swapchain->target->gpu_ms[VK_WORK_CAPTURE] : 0;
        uint32_t same = 0;

        while (same < count && seen[same] != picture->swapchain)
            same++;
        if (same < count)
            continue;
        seen[count++] = picture->swapchain;
        record->capture_ms += ms;
    }
    if (frame_plan_has_eyes(plan)) {
        record->capture_left_ms = plan->pictures[0].swapchain->target->gpu_ms[VK_WORK_CAPTURE];
        record->capture_right_ms = plan->pictures[1].swapchain->target->gpu_ms[VK_WORK_CAPTURE];
    }
}

static void record_age(const struct frame_plan *plan, struct artem_frame_record *record)
{
    const uint64_t now = layer_now_ns();

    record->style_age_ms = 0;
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        const struct swapchain_picture *slot = &picture->swapchain->pictures[picture->slot];

        if (!picture->paint && frame_picture_is_used(plan, i))
            record->style_age_ms = fmax(record->style_age_ms, (double)(now - slot->painted_ns) / 1e6);
    }
}

void frame_take_stats(struct layer_session *session, struct artem_frame_record *record)
{
    struct artem_engine_stats stats;

    styler_get_stats(session->styler, &stats);
    record->network_ms = stats.milliseconds;
    record->cut = stats.cuts != session->cuts;
    session->cuts = stats.cuts;
}

// Gives the engine the pictures that need it, and waits `engine_ns` for it; 0: detached. ARTEM_TIMEOUT of the engine,
// and of the GPU: *out_fetched tells.
static enum artem_result run(struct layer_session *session, struct frame_plan *plan,
                             const struct artem_settings *settings, uint64_t capture_ns, uint64_t engine_ns,
                             struct artem_frame_record *record, bool *out_fetched)
{
    uint64_t begin;

    styler_rejoin(session->styler); // also a painting that was not shown may be, beside these
    enum artem_result result = frame_fetch(session, plan, capture_ns);

    *out_fetched = result == ARTEM_OK;
    if (result != ARTEM_OK)
        return result;
    begin = layer_now_ns();
    if (!styler_on_device(session->styler))
        record_capture(plan, record);
    frame_flush_record(session);
    session->instrument_ns += layer_now_ns() - begin;
    frame_recorder_begin(session, plan);
    result = run_engine(session, plan, settings, engine_ns, engine_ns == 0);
    if (result != ARTEM_OK && result != ARTEM_TIMEOUT)
        frame_recorder_abort(session);
    return result;
}

static enum artem_decision fail_run(struct layer_session *session, bool fetched, enum artem_result result)
{
    return frame_fail(session, fetched ? "the engine failed" : "the captured frame did not arrive", result);
}

// Runs the engine for the pictures that need it, and waits for it.
static enum artem_decision paint(struct layer_session *session, struct frame_plan *plan,
                                 const struct artem_settings *settings, struct artem_frame_record *record)
{
    bool fetched;
    const enum artem_result result =
        run(session, plan, settings, gpu_timeout_ns, frame_timeout_ns(settings), record, &fetched);

    plan->engine_ran = fetched;
    if (result == ARTEM_TIMEOUT && fetched)
        return ARTEM_DECISION_LATE;
    if (result != ARTEM_OK)
        return fail_run(session, fetched, result);
    if (!styler_on_device(session->styler)) // else they are known later
        frame_take_stats(session, record);
    keep_paintings(session, plan, layer_now_ns());
    return ARTEM_DECISION_STYLED;
}

enum artem_decision frame_launch(struct layer_session *session, struct frame_plan *plan,
                                 const struct artem_settings *settings, uint64_t capture_ns,
                                 struct artem_frame_record *record)
{
    bool fetched;
    const enum artem_result result = run(session, plan, settings, capture_ns, 0, record, &fetched);

    if (result == ARTEM_TIMEOUT && !fetched)
        return ARTEM_DECISION_WARMUP;
    return result == ARTEM_OK || result == ARTEM_TIMEOUT ? ARTEM_DECISION_STYLED : fail_run(session, fetched, result);
}

// On the device the captures' times were not known when they were handed over; the engine came after them.
static void take_capture(struct layer_session *session, const struct frame_plan *plan,
                         struct artem_frame_record *record)
{
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count; i++)
        if (plan->pictures[i].paint)
            vk_target_wait(plan->pictures[i].swapchain->target, 0);
    record_capture(plan, record);
    pthread_mutex_unlock(&session->mutex);
}

void frame_finish(struct layer_session *session, struct frame_plan *plan, uint64_t time_ns,
                  struct artem_frame_record *record)
{
    lend(session, plan, false);
    frame_take_stats(session, record);
    if (styler_on_device(session->styler))
        take_capture(session, plan, record);
    keep_paintings(session, plan, time_ns);
}

// Pictures are where the engine is.
static void follow_backend(struct layer_session *session, struct frame_plan *plan)
{
    const char *backend = styler_get_backend(session->styler);

    for (uint32_t i = 0; i < plan->picture_count; i++)
        plan->pictures[i].info.on_device = styler_on_device(session->styler);
    const unsigned fallbacks = styler_get_fallbacks(session->styler);
    const bool changed = session->backend == NULL || strcmp(session->backend, backend) != 0;

    if (changed) {
        artem_stats_set_meta(session->stats, "backend", backend);
        artem_ring_set_backend(session->ring, backend);
    }
    if (changed || session->fallbacks != fallbacks) {
        char text[16];

        snprintf(text, sizeof text, "%u", fallbacks);
        artem_stats_set_meta(session->stats, "backend_fallbacks", text);
    }
    session->backend = backend;
    session->fallbacks = fallbacks;
}

// Style, engine and own swapchains as the settings ask. False if something is missing.
static bool follow_settings(struct layer_session *session, struct frame_plan *plan,
                            const struct artem_settings *settings)
{
    if (!styler_apply(session->styler, settings, session->settings_serial))
        return false;
    follow_backend(session, plan);
    frame_recorder_follow(session, settings);
    // Before the first capture, so that the work of a start does not fall into a styled frame.
    for (uint32_t i = 0; i < plan->picture_count; i++)
        if (own_swapchain_prepare(plan->pictures[i].swapchain, plan->pictures[i].plane) != ARTEM_OK)
            return false;
    return true;
}

enum artem_decision frame_prepare(struct layer_session *session, struct frame_plan *plan,
                                  const struct artem_settings *settings, bool busy, uint64_t frame)
{
    if (busy) {
        frame_budget_late(session);
        return ARTEM_DECISION_BUDGET;
    }
    frame_budget_caught_up(session);
    if (!follow_settings(session, plan, settings))
        return ARTEM_DECISION_ERROR;
    return frame_pictures_compare(session, plan, settings, frame) ? ARTEM_DECISION_STYLED : ARTEM_DECISION_WARMUP;
}

enum artem_decision frame_style(struct layer_session *session, struct frame_plan *plan,
                                const struct artem_settings *settings, struct artem_frame_record *record)
{
    enum artem_decision decision = ARTEM_DECISION_STYLED;
    const uint32_t views = frame_plan_count_painted(plan);
    bool any = false;

    for (uint32_t i = 0; i < plan->picture_count; i++)
        any = any || plan->pictures[i].draw;
    record->engine_views += views; // the frame may have seen another painting land
    if (views > 0)
        decision = paint(session, plan, settings, record);
    if (decision == ARTEM_DECISION_STYLED && any)
        decision = frame_draw(session, plan, settings, record->frame);
    if (views > 0)
        frame_recorder_end(session, plan, settings, record, decision);
    if (decision != ARTEM_DECISION_STYLED)
        return decision;
    record_age(plan, record);
    for (uint32_t l = 0; l < plan->layer_count; l++)
        record->layers += !plan->layers[l].passes;
    if (views > 0)
        frame_dump_painted(session, plan);
    return ARTEM_DECISION_STYLED;
}
