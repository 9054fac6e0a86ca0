// SPDX-License-Identifier: Apache-2.0
// xrEndFrame: decides about the frame, hands it on, keeps the record.
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "frame_budget.h"
#include "frame_deferred.h"
#include "frame_held.h"
#include "frame_pictures.h"
#include "frame_recorder.h"
#include "hud.h"
#include "static_images.h"

static void follow_settings(struct layer_session *session, struct artem_settings *settings)
{
    uint32_t serial = artem_config_get(session->instance->config, settings);

    if (serial == session->settings_serial)
        return;
    session->settings_serial = serial;
    atomic_store(&session->late_capture, settings->late_capture);
    if (session->stats != NULL && strcmp(session->log_file, settings->log_file) != 0) {
        memcpy(session->log_file, settings->log_file, sizeof session->log_file);
        artem_stats_set_file(session->stats, session->log_file);
    }
}

// Waits for a frame on the device, which is usually done by now.
static bool is_busy(struct layer_session *session, const struct artem_settings *settings, struct frame_plan *plan)
{
    const uint64_t begin = layer_now_ns();
    const bool busy = styler_is_busy(session->styler, frame_timeout_ns(settings));

    plan->waited_ms = (double)(layer_now_ns() - begin) / 1e6;
    plan->engine_late = busy && styler_on_device(session->styler);
    return busy;
}

// Paints the frame and waits for it.
static enum artem_decision paint_now(struct layer_session *session, const struct artem_settings *settings,
                                     struct frame_plan *plan, struct artem_frame_record *record)
{
    const uint64_t begin = layer_now_ns();
    const bool busy = is_busy(session, settings, plan);
    enum artem_decision decision = frame_prepare(session, plan, settings, busy, record->frame);

    if (decision == ARTEM_DECISION_STYLED)
        decision = frame_style(session, plan, settings, record);
    if (decision == ARTEM_DECISION_STYLED)
        frame_held_take(session, plan, begin, &session->work->held);
    return decision;
}

static enum artem_decision decide(struct layer_session *session, const XrFrameEndInfo *info,
                                  const struct artem_settings *settings, const struct artem_governor_order *order,
                                  struct frame_plan *plan, struct artem_frame_record *record)
{
    enum artem_decision decision;
    const char *name;

    if (session->off)
        return ARTEM_DECISION_ERROR;
    decision = frame_plan_make(session, info, settings, plan);
    if (decision != ARTEM_DECISION_STYLED)
        return decision;
    frame_pictures_note(session, plan);
    frame_budget_look(session, plan);
    record->views = plan->picture_count;
    record->width = plan->pictures[0].info.rect.extent.width;
    record->height = plan->pictures[0].info.rect.extent.height;
    frame_deferred_note(session);
    if (frame_deferred_takes(session, order))
        decision = frame_deferred(session, plan, settings, order, record);
    else if (order->pace == ARTEM_PACE_EVERY)
        decision = paint_now(session, settings, plan, record);
    else
        decision = ARTEM_DECISION_BUDGET;
    if (decision == ARTEM_DECISION_STYLED) {
        const struct frame_held *held = &session->work->held;
        const struct vk_picture_info *first = &plan->pictures[0].info;

        record->style_width = plan->shows_held ? held->style_width : first->style_width;
        record->style_height = plan->shows_held ? held->style_height : first->style_height;
        styler_get_style(session->styler, &name);
        memcpy(record->style, name, strnlen(name, sizeof record->style - 1));
    }
    return decision;
}

// Leaves the moment of handing over, by CLOCK_MONOTONIC, in the session.
static double find_slack_ms(struct layer_session *session, XrTime display_time)
{
    const struct layer_next *next = &session->instance->next;
    struct timespec now;
    XrTime time;

    if (next->xrConvertTimespecTimeToTimeKHR == NULL)
        return NAN;
    clock_gettime(CLOCK_MONOTONIC, &now);
    session->handed_over_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    if (XR_FAILED(next->xrConvertTimespecTimeToTimeKHR(session->instance->handle, &now, &time)))
        return NAN;
    if (!session->clock_told) {
        char text[32];

        session->clock_told = true;
        snprintf(text, sizeof text, "%lld",
                 (long long)now.tv_sec * 1000000000 + now.tv_nsec - (long long)time); // for who has the other clock
        artem_stats_set_meta(session->stats, "clock_offset_ns", text);
    }
    return (double)(display_time - time) / 1e6;
}

// The GPU's times of one kind of work in the pending frame: of all swapchains that it drew to, and per eye.
static void add_gpu_times(struct layer_session *session, enum vk_work work, double *all, double *left, double *right)
{
    pthread_mutex_lock(&session->mutex);
    for (const struct layer_swapchain *s = session->swapchains; s != NULL; s = s->sibling) {
        if (s->target == NULL || s->composited_frame != session->pending.frame + 1)
            continue;
        if (work == VK_WORK_COMPOSITE && !vk_target_is_timed(s->target, work))
            continue; // what is known is of a frame before
        *all += s->target->gpu_ms[work];
        if (s == session->pending_eyes[0])
            *left = s->target->gpu_ms[work];
        if (s == session->pending_eyes[1])
            *right = s->target->gpu_ms[work];
    }
    pthread_mutex_unlock(&session->mutex);
}

// Looks which of the pending frame's work is done, without waiting.
static void collect_gpu_times(struct layer_session *session)
{
    pthread_mutex_lock(&session->mutex);
    for (const struct layer_swapchain *s = session->swapchains; s != NULL; s = s->sibling) {
        if (s->target != NULL && s->composited_frame == session->pending.frame + 1)
            vk_target_wait(s->target, 0);
    }
    pthread_mutex_unlock(&session->mutex);
}

// How much sooner than its display time the pending frame was put together on the GPU: by its last composite.
static double find_gpu_slack_ms(struct layer_session *session)
{
    struct vulkan_clock clock;
    double ago_ms = INFINITY;
    bool known = true; // else it is not done yet, and nobody will look again
    uint64_t ended_ns;

    if (!isfinite(session->pending.slack_ms) || !vulkan_read_clock(session->device, &clock))
        return NAN;
    pthread_mutex_lock(&session->mutex);
    for (const struct layer_swapchain *s = session->swapchains; s != NULL; s = s->sibling) {
        const struct vk_target *target = s->target;

        if (target == NULL || s->composited_frame != session->pending.frame + 1)
            continue;
        known = known && vk_target_is_timed(target, VK_WORK_COMPOSITE);
        ago_ms = fmin(ago_ms, vulkan_ms_before(session->device, &clock, target->end_ticks[VK_WORK_COMPOSITE]));
    }
    pthread_mutex_unlock(&session->mutex);
    if (!known || !isfinite(ago_ms))
        return NAN;
    ended_ns = clock.ns - (uint64_t)(ago_ms * 1e6);
    return session->pending.slack_ms - (double)(int64_t)(ended_ns - session->pending_handed_over_ns) / 1e6;
}

// What the device has measured of a frame is known only now, when it is done.
static void complete_record(struct layer_session *session, struct artem_frame_record *record)
{
    if (styler_is_busy(session->styler, 0))
        return; // it is not: nothing is known of it
    frame_take_stats(session, record);
    add_gpu_times(session, VK_WORK_CAPTURE, &record->capture_ms, &record->capture_left_ms, &record->capture_right_ms);
}

void frame_flush_record(struct layer_session *session)
{
    struct artem_frame_record *record = &session->pending;
    bool paused; // the governor shows originals

    if (!session->has_pending)
        return;
    collect_gpu_times(session);
    if (session->pending_on_device)
        complete_record(session, record);
    add_gpu_times(session, VK_WORK_COMPOSITE, &record->composite_ms, &record->composite_left_ms,
                  &record->composite_right_ms);
    record->gpu_ms = record->capture_ms + record->composite_ms;
    if (record->composite_ms > 0)
        record->gpu_slack_ms = find_gpu_slack_ms(session);
    if (session->pending_painted) {
        if (record->composite_ms > 0)
            session->gpu_rest_ms = record->gpu_ms;
        record->gpu_ms += record->network_ms;
    }
    artem_stats_add(session->stats, record);
    paused = record->pace == ARTEM_PACE_NONE && record->decision == ARTEM_DECISION_BUDGET;
    artem_ring_add(session->ring, record, paused);
    hud_note(session->hud, record, paused);
    if (session->pending_on_device && record->network_ms > 0)
        frame_budget_report(session, session->pending_serial, false, session->pending_rest_ms + session->gpu_rest_ms,
                            record->network_ms);
    session->has_pending = session->pending_on_device = session->pending_painted = false;
}

static void keep_record(struct layer_session *session, const struct frame_plan *plan,
                        const struct artem_governor_order *order, const struct artem_frame_record *record)
{
    const bool eyes = record->decision == ARTEM_DECISION_STYLED && frame_plan_has_eyes(plan);

    if (session->stats == NULL)
        return;
    frame_flush_record(session);
    session->pending = *record;
    session->has_pending = true;
    session->pending_on_device = plan->engine_ran && styler_on_device(session->styler);
    session->pending_painted =
        session->pending_on_device || (record->network_ms > 0 && styler_on_device(session->styler));
    session->pending_handed_over_ns = session->handed_over_ns;
    session->pending_serial = order->serial;
    session->pending_rest_ms = record->layer_ms - record->hud_ms - plan->waited_ms;
    for (int eye = 0; eye < 2; eye++)
        session->pending_eyes[eye] = eyes ? plan->pictures[eye].swapchain : NULL;
    if (record->engine_views == 0)
        frame_recorder_event(session, record);
}

// Errors by which a runtime says that it does not like the frame itself.
static bool is_rejection(XrResult result)
{
    switch (result) {
    case XR_ERROR_VALIDATION_FAILURE:
    case XR_ERROR_HANDLE_INVALID:
    case XR_ERROR_LAYER_INVALID:
    case XR_ERROR_LAYER_LIMIT_EXCEEDED:
    case XR_ERROR_SWAPCHAIN_RECT_INVALID:
    case XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED:
        return true;
    default:
        return false;
    }
}

// The app's frame, styled (NULL: not), and with the layer's panels (NULL: none).
static XrResult hand_over(struct layer_session *session, const XrFrameEndInfo *info, const XrFrameEndInfo *styled,
                          const XrFrameEndInfo *panels, struct artem_frame_record *record)
{
    const struct layer_next *next = &session->instance->next;
    XrResult result;

    if (panels != NULL) {
        result = next->xrEndFrame(session->handle, panels);
        if (!is_rejection(result))
            return result;
    }
    if (styled != NULL) {
        result = next->xrEndFrame(session->handle, styled);
        if (panels != NULL && XR_SUCCEEDED(result))
            hud_refused(session->hud);
        if (!is_rejection(result))
            return result;
        record->decision = ARTEM_DECISION_ERROR;
    }
    // The app gets the result of its own frame. If that is accepted, the fault was ours.
    result = next->xrEndFrame(session->handle, info);
    if (XR_SUCCEEDED(result) && styled != NULL) {
        session->off = true;
        layer_session_tell(session, NOTICE_REJECTED, NULL);
    } else if (XR_SUCCEEDED(result) && panels != NULL) {
        hud_refused(session->hud);
    }
    return result;
}

static void begin_record(struct layer_session *session, const XrFrameEndInfo *info, uint64_t begin,
                         struct artem_frame_record *record)
{
    artem_frame_record_init(record);
    record->frame = session->frame++;
    record->display_time = info->displayTime;
    record->decision = ARTEM_DECISION_UNSUPPORTED;
    record->interval_ms = session->last_end_ns != 0 ? (double)(begin - session->last_end_ns) / 1e6 : 0;
    record->release_ms = (double)atomic_exchange(&session->release_ns, 0) / 1e6;
    record->overhead_ms = session->last_end_ns != 0 ? (double)session->instrument_ns / 1e6 : NAN;
    session->instrument_ns = 0;
    session->last_end_ns = begin;
}

static void report_waited(struct layer_session *session, const struct artem_governor_order *order,
                          const struct artem_frame_record *record)
{
    if (record->decision == ARTEM_DECISION_LATE)
        frame_budget_begin_late(session, order->serial, record->layer_ms);
    else
        frame_budget_report(session, order->serial, false, record->layer_ms - record->hud_ms - record->network_ms,
                            record->network_ms);
}

// What an engine that is waited for has cost, or one that is late; one on the device is judged when its times are
// known.
static void report_cost(struct layer_session *session, const struct frame_plan *plan,
                        const struct artem_governor_order *order, const struct artem_frame_record *record)
{
    // Pictures used again say nothing about the engine's speed; a frame given up because the engine was late does.
    if (plan->engine_late)
        frame_budget_report(session, order->serial, false, 0, plan->waited_ms); // on the device: at least so long
    else if (plan->engine_ran && !styler_on_device(session->styler) &&
             (record->network_ms > 0 || record->decision == ARTEM_DECISION_LATE)) // else it has failed
        report_waited(session, order, record);
    frame_deferred_charge(session, record->layer_ms - record->hud_ms);
}

static bool wants_capture(const struct layer_session *session, const struct artem_settings *settings,
                          const struct artem_governor_order *order)
{
    return settings->enabled && !session->off && !session->work->flight.active &&
           (order->pace != ARTEM_PACE_NONE || order->probe);
}

static XrResult end_frame(struct layer_session *session, const XrFrameEndInfo *info)
{
    const uint64_t begin = layer_now_ns();
    struct artem_governor_order order = {.pace = ARTEM_PACE_NONE};
    struct artem_frame_record record;
    struct artem_settings asked, settings; // by the user, and what the budget makes of it
    struct frame_plan plan = {0};
    struct frame_copy copy;
    const XrFrameEndInfo *panels;
    uint64_t decided;
    bool styled;
    XrResult result;

    layer_swapchains_settle(session);
    begin_record(session, info, begin, &record);
    follow_settings(session, &asked);
    chord_look(session);
    frame_recorder_look(session, &asked);
    settings = asked;
    if (session->device != NULL) {
        frame_deferred_advance(session);
        static_images_look(session, info);
        layer_orphans_look(session);
    }
    if (session->device != NULL && settings.enabled) {
        frame_budget_begin(session, &settings, &order);
        record.decision = decide(session, info, &settings, &order, &plan, &record);
    } else if (session->device != NULL) {
        record.decision = ARTEM_DECISION_DISABLED;
        frame_deferred_drop(session);
    }
    styled = record.decision == ARTEM_DECISION_STYLED;
    if (styled && !frame_copy_make(session, info, &plan, plan.shows_held ? &session->work->held : NULL, &copy)) {
        styled = false;
        record.decision = ARTEM_DECISION_ERROR;
    }
    if (!styled)
        record.layers = 0;
    record.passed_layers = info->layerCount - record.layers;
    decided = layer_now_ns();
    panels = hud_add(session->hud, styled ? &copy.info : info, &asked, styler_get_current(session->styler),
                     styler_has_followed(session->styler, session->settings_serial));
    record.hud_ms = (double)(layer_now_ns() - decided) / 1e6;
    decided = layer_now_ns();
    record.layer_ms = (double)(decided - begin) / 1e6;
    report_cost(session, &plan, &order, &record);
    frame_budget_record(session, &order, &record);
    atomic_store(&session->wants_capture, wants_capture(session, &settings, &order));
    record.slack_ms = find_slack_ms(session, record.display_time);
    session->instrument_ns += layer_now_ns() - decided;

    result = hand_over(session, info, styled ? &copy.info : NULL, panels, &record);
    frame_held_let_spaces(session, &plan);
    decided = layer_now_ns();
    keep_record(session, &plan, &order, &record);
    session->instrument_ns += layer_now_ns() - decided;
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrEndFrame(XrSession handle, const XrFrameEndInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);

    LAYER_CHECK_NEXT(instance, xrEndFrame);
    if (session == NULL || info == NULL)
        return instance->next.xrEndFrame(handle, info);
    return end_frame(session, info);
}
