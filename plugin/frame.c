// SPDX-License-Identifier: Apache-2.0
// xrEndFrame: decides about the frame, hands it on, keeps the record.
#include "frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "frame_recorder.h"
#include "hud.h"

static void follow_settings(struct layer_session *session, struct artem_settings *settings)
{
    uint32_t serial = artem_config_get(session->instance->config, settings);

    if (serial == session->settings_serial)
        return;
    session->settings_serial = serial;
    if (session->stats != NULL && strcmp(session->log_file, settings->log_file) != 0) {
        memcpy(session->log_file, settings->log_file, sizeof session->log_file);
        artem_stats_set_file(session->stats, session->log_file);
    }
}

// Trials that fail change nothing for the user, and are not told.
static void report_time(struct layer_session *session, double layer_ms, double budget_ms)
{
    struct governor *governor = &session->governor;
    bool trial = governor->trial;
    uint64_t now = layer_now_ns();

    switch (governor_report(governor, now, layer_ms, budget_ms)) {
    case GOVERNOR_PAUSED:
        session->gpu_ms = 0; // a trial is not judged by what was before it
        if (!trial)
            artem_log(
                ARTEM_LOG_WARN,
                "styling takes %.1f ms of a budget of %.1f ms: original frames until it fits (next try in %.0f s)",
                layer_ms, budget_ms, (double)(governor->resume_ns - now) / 1e9);
        break;
    case GOVERNOR_RESUMED:
        artem_log(ARTEM_LOG_INFO, "styling is within its budget again (%.1f of %.1f ms)", governor->ema_ms, budget_ms);
        break;
    case GOVERNOR_SAME:
        break;
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

// Pictures are where the engine is.
static void follow_backend(struct layer_session *session, struct frame_plan *plan)
{
    const char *backend = styler_get_backend(session->styler);

    for (uint32_t i = 0; i < plan->picture_count; i++)
        plan->pictures[i].info.on_device = styler_on_device(session->styler);
    if (session->backend == NULL || strcmp(session->backend, backend) != 0) {
        artem_stats_set_meta(session->stats, "backend", backend);
        artem_ring_set_backend(session->ring, backend);
    }
    session->backend = backend;
}

static enum artem_decision decide(struct layer_session *session, const XrFrameEndInfo *info,
                                  const struct artem_settings *settings, struct frame_plan *plan,
                                  struct artem_frame_record *record)
{
    enum artem_decision decision;
    const char *name;

    if (!settings->enabled)
        return ARTEM_DECISION_DISABLED;
    if (session->off)
        return ARTEM_DECISION_ERROR;
    decision = frame_plan_make(session, info, settings, plan);
    if (decision != ARTEM_DECISION_STYLED)
        return decision;
    record->views = plan->picture_count;
    record->width = plan->pictures[0].info.rect.extent.width;
    record->height = plan->pictures[0].info.rect.extent.height;
    if (!governor_allows(&session->governor, layer_now_ns(), settings->budget_ms) || is_busy(session, settings, plan))
        return ARTEM_DECISION_BUDGET;
    if (!styler_apply(session->styler, settings, session->settings_serial))
        return ARTEM_DECISION_ERROR;
    follow_backend(session, plan);
    frame_recorder_follow(session, settings);
    decision = frame_style(session, plan, settings, record);
    if (decision == ARTEM_DECISION_STYLED) {
        record->style_width = plan->pictures[0].info.style_width;
        record->style_height = plan->pictures[0].info.style_height;
        styler_get_style(session->styler, &name);
        memcpy(record->style, name, strnlen(name, sizeof record->style - 1));
    }
    return decision;
}

static double find_slack_ms(const struct layer_session *session, XrTime display_time)
{
    const struct layer_next *next = &session->instance->next;
    struct timespec now;
    XrTime time;

    if (next->xrConvertTimespecTimeToTimeKHR == NULL)
        return NAN;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (XR_FAILED(next->xrConvertTimespecTimeToTimeKHR(session->instance->handle, &now, &time)))
        return NAN;
    return (double)(display_time - time) / 1e6;
}

// The GPU's times of one kind of work in the pending frame: of all swapchains that it drew to, and per eye.
static void add_gpu_times(struct layer_session *session, enum vk_work work, double *all, double *left, double *right)
{
    pthread_mutex_lock(&session->mutex);
    for (const struct layer_swapchain *s = session->swapchains; s != NULL; s = s->sibling) {
        if (s->target == NULL || s->composited_frame != session->pending.frame + 1)
            continue;
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

// What the device has measured of a frame is known only now, when it is done.
static void complete_record(struct layer_session *session, struct artem_frame_record *record)
{
    struct artem_engine_stats stats;

    if (styler_is_busy(session->styler, 0))
        return; // it is not: nothing is known of it
    styler_get_stats(session->styler, &stats);
    record->network_ms = stats.milliseconds;
    record->cut = stats.cuts != session->cuts;
    session->cuts = stats.cuts;
    collect_gpu_times(session);
    add_gpu_times(session, VK_WORK_CAPTURE, &record->capture_ms, &record->capture_left_ms, &record->capture_right_ms);
}

void frame_flush_record(struct layer_session *session)
{
    struct artem_frame_record *record = &session->pending;

    if (!session->has_pending)
        return;
    if (session->pending_on_device)
        complete_record(session, record);
    add_gpu_times(session, VK_WORK_COMPOSITE, &record->composite_ms, &record->composite_left_ms,
                  &record->composite_right_ms);
    if (session->pending_on_device && record->network_ms > 0)
        session->gpu_ms = record->capture_ms + record->network_ms + record->composite_ms;
    artem_stats_add(session->stats, record);
    artem_ring_add(session->ring, record, session->governor.paused);
    hud_note(session->hud, record, session->pending_on_device, session->governor.paused);
    session->has_pending = session->pending_on_device = false;
}

static void keep_record(struct layer_session *session, const struct frame_plan *plan,
                        const struct artem_frame_record *record)
{
    const bool eyes = record->decision == ARTEM_DECISION_STYLED && frame_plan_has_eyes(plan);

    if (session->stats == NULL)
        return;
    frame_flush_record(session);
    session->pending = *record;
    session->has_pending = true;
    session->pending_on_device = plan->engine_ran && styler_on_device(session->styler);
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
    record->overhead_ms = session->last_end_ns != 0 ? (double)session->instrument_ns / 1e6 : NAN;
    session->instrument_ns = 0;
    session->last_end_ns = begin;
}

static XrResult end_frame(struct layer_session *session, const XrFrameEndInfo *info)
{
    const uint64_t begin = layer_now_ns();
    struct artem_frame_record record;
    struct artem_settings settings;
    struct frame_plan plan = {0};
    struct frame_copy copy;
    const XrFrameEndInfo *panels;
    uint64_t decided;
    double spent;
    bool styled;
    XrResult result;

    begin_record(session, info, begin, &record);
    follow_settings(session, &settings);
    record.budget_ms = settings.budget_ms;
    if (session->device != NULL)
        record.decision = decide(session, info, &settings, &plan, &record);
    styled = record.decision == ARTEM_DECISION_STYLED;
    if (styled && !frame_copy_make(session, info, &plan, &copy)) {
        styled = false;
        record.decision = ARTEM_DECISION_ERROR;
    }
    if (!styled)
        record.layers = 0;
    record.passed_layers = info->layerCount - record.layers;
    decided = layer_now_ns();
    panels = hud_add(session->hud, styled ? &copy.info : info, &settings, styler_get_current(session->styler));
    record.hud_ms = (double)(layer_now_ns() - decided) / 1e6;
    decided = layer_now_ns();
    record.layer_ms = (double)(decided - begin) / 1e6;
    // Pictures used again say nothing about the engine's speed; a frame given up because the engine was late does.
    spent = record.layer_ms - record.hud_ms;
    // On the device, its time counts in place of the wait for it, which the app's own work there lengthens.
    if (plan.engine_ran && styler_on_device(session->styler))
        spent += session->gpu_ms - plan.waited_ms;
    if (plan.engine_ran || plan.engine_late)
        report_time(session, spent, settings.budget_ms);
    atomic_store(&session->wants_capture, settings.enabled && !session->off && !session->governor.paused);
    record.slack_ms = find_slack_ms(session, record.display_time);
    session->instrument_ns += layer_now_ns() - decided;

    result = hand_over(session, info, styled ? &copy.info : NULL, panels, &record);
    decided = layer_now_ns();
    keep_record(session, &plan, &record);
    session->instrument_ns += layer_now_ns() - decided;
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrEndFrame(XrSession handle, const XrFrameEndInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    if (session == NULL || info == NULL)
        return instance->next.xrEndFrame(handle, info);
    return end_frame(session, info);
}
