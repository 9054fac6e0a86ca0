// SPDX-License-Identifier: Apache-2.0
#include "frame_budget.h"

#include <stdio.h>

#include "artem/log.h"
#include "frame_recorder.h"
#include "spaces.h"

static double find_budget_ms(struct layer_session *session, const struct artem_settings *settings)
{
    const int64_t period_ns = atomic_load(&session->period_ns);

    if (settings->budget_share > 0 && period_ns > 0)
        return settings->budget_share * (double)period_ns / 1e6;
    return settings->budget_ms;
}

static void describe(const struct artem_rung *rung, char text[64])
{
    static const char *const paces[ARTEM_PACE_COUNT] = {"every frame", "every other frame", "originals"};

    if (rung->pace == ARTEM_PACE_NONE)
        snprintf(text, 64, "%s", paces[rung->pace]);
    else
        snprintf(text, 64, "%s at %u", paces[rung->pace], rung->resolution);
}

static void tell_change(struct layer_session *session)
{
    static const char *const reasons[ARTEM_REASON_COUNT] = {
        [ARTEM_REASON_SETTINGS] = "settings", [ARTEM_REASON_OVER] = "4 of 8 frames over",
        [ARTEM_REASON_LATE] = "not done yet", [ARTEM_REASON_P95] = "p95 over",
        [ARTEM_REASON_FITS] = "more fits",    [ARTEM_REASON_PROBE] = "it fits again",
    };
    const struct artem_governor_change *change = &session->governor.change;
    const bool worse = change->reason == ARTEM_REASON_OVER || change->reason == ARTEM_REASON_LATE ||
                       change->reason == ARTEM_REASON_P95;
    char from[64], to[64];

    if (change->number == session->governor_told)
        return;
    session->governor_told = change->number;
    describe(&change->from, from);
    describe(&change->to, to);
    if (change->reason == ARTEM_REASON_SETTINGS)
        artem_log(ARTEM_LOG_INFO, "budget: painting %s, then %s (settings)", from, to);
    else
        artem_log(worse ? ARTEM_LOG_WARN : ARTEM_LOG_INFO, "budget: painting %s, then %s (%s: %.1f of %.1f ms)", from,
                  to, reasons[change->reason], change->load_ms, session->governor.limits.budget_ms);
}

void frame_budget_begin(struct layer_session *session, struct artem_settings *settings,
                        struct artem_governor_order *out_order)
{
    const bool known = session->longest_side > 0 && session->longest_side < settings->resolution;
    const struct artem_governor_limits limits = {
        .budget_ms = find_budget_ms(session, settings),
        .resolution = known ? session->longest_side : settings->resolution,
        .mode = settings->mode,
        .waited = !styler_on_device(session->styler),
        .can_defer = !session->cannot_defer,
    };

    artem_governor_begin(&session->governor, layer_now_ns(), &limits, out_order);
    tell_change(session);
    settings->budget_ms = limits.budget_ms;
    session->stroke_resolution = settings->resolution;
    session->old_weight = frame_recorder_is_open(session) ? 0 : out_order->old_weight; // a replay could not follow
    if (out_order->resolution != limits.resolution)
        settings->resolution = out_order->resolution;
    settings->strength = (settings->strength * out_order->strength + 128) / 256;
}

void frame_budget_look(struct layer_session *session, const struct frame_plan *plan)
{
    const VkExtent2D *extent = &plan->pictures[0].info.rect.extent;
    const uint32_t side = extent->width > extent->height ? extent->width : extent->height;

    session->cannot_defer = false;
    for (uint32_t l = 0; l < plan->layer_count; l++)
        if (layer_space_find(session, plan->layers[l].layer->space) == 0)
            session->cannot_defer = true;
    if (side > session->longest_side)
        session->longest_side = side; // apps that change their resolution: the greatest one counts
}

static void report(struct layer_session *session, const struct artem_governor_sample *sample)
{
    artem_governor_report(&session->governor, layer_now_ns(), sample);
    tell_change(session);
}

void frame_budget_report(struct layer_session *session, uint32_t serial, bool probe, double fixed_ms, double network_ms)
{
    const struct artem_governor_sample sample = {
        .serial = serial, .fixed_ms = fixed_ms > 0 ? fixed_ms : 0, .network_ms = network_ms, .probe = probe};

    report(session, &sample);
}

void frame_budget_report_unfinished(struct layer_session *session, uint32_t serial, bool probe, double passed_ms)
{
    const struct artem_governor_sample sample = {
        .serial = serial, .network_ms = passed_ms, .probe = probe, .unfinished = true};

    report(session, &sample);
}

void frame_budget_begin_late(struct layer_session *session, uint32_t serial, double layer_ms)
{
    session->late_ns = layer_now_ns() - (uint64_t)(layer_ms * 1e6);
    session->late_serial = serial;
    session->late_frames = 1;
    frame_budget_report_unfinished(session, serial, false, layer_ms);
}

void frame_budget_late(struct layer_session *session)
{
    if (session->late_ns == 0)
        return;
    session->late_frames++;
    frame_budget_report_unfinished(session, session->late_serial, false,
                                   (double)(layer_now_ns() - session->late_ns) / 1e6);
}

void frame_budget_caught_up(struct layer_session *session)
{
    struct artem_engine_stats stats;

    if (session->late_ns == 0)
        return;
    styler_get_stats(session->styler, &stats);
    if (artem_governor_is_settling(&session->governor))
        session->late_frames = 1;
    for (unsigned i = 0; i < session->late_frames; i++)
        frame_budget_report(session, session->late_serial, false, 0, stats.milliseconds);
    session->late_ns = 0;
}

void frame_budget_record(struct layer_session *session, const struct artem_governor_order *order,
                         struct artem_frame_record *record)
{
    const struct artem_governor_change *change = &session->governor.change;

    record->pace = order->pace;
    record->rung = order->rung;
    record->load_ms = artem_governor_load_ms(&session->governor);
    record->budget_ms = session->governor.limits.budget_ms;
    if (change->number != session->governor_recorded)
        record->change = change->reason;
    session->governor_recorded = change->number;
}
