// SPDX-License-Identifier: Apache-2.0
#include "frame_deferred.h"

#include "frame.h"
#include "frame_budget.h"
#include "frame_recorder.h"

static const uint64_t capture_wait_ns = 1000000; // for the app's own rendering; else the next frame tries again
static const uint64_t oldest_ns = 500000000;     // that is shown where there is a budget, or the app stands still
static const uint64_t pause_ns = 2000000000;     // between frames with pictures
enum { LATE_FRAMES = 4 };                        // budgets, or frames, after which a painting is late

bool frame_deferred_takes(const struct layer_session *session, const struct artem_governor_order *order)
{
    return session->work->flight.active || order->probe || order->pace == ARTEM_PACE_DEFERRED;
}

void frame_deferred_forget(struct layer_session *session, const struct layer_swapchain *swapchain)
{
    frame_held_forget(&session->work->held, swapchain);
    frame_held_forget(&session->work->flight.held, swapchain);
    for (uint32_t i = 0; i < session->work->flight.plan.picture_count; i++)
        if (session->work->flight.plan.pictures[i].swapchain == swapchain)
            session->work->flight.lost = true;
}

// Hands the plan's pictures to the engine. STYLED: they are under way.
static enum artem_decision launch(struct layer_session *session, struct frame_plan *plan,
                                  const struct artem_settings *settings, const struct artem_governor_order *order,
                                  struct artem_frame_record *record)
{
    struct frame_flight *flight = &session->work->flight;
    const enum artem_decision decision = frame_launch(session, plan, settings, capture_wait_ns, record);

    if (decision != ARTEM_DECISION_STYLED && decision != ARTEM_DECISION_WARMUP)
        return decision;
    pthread_mutex_lock(&session->mutex);
    flight->active = true;
    flight->queued = decision == ARTEM_DECISION_WARMUP;
    flight->done = flight->lost = false;
    flight->probe = order->probe;
    flight->plan = *plan;
    for (uint32_t l = 0; l < plan->layer_count; l++)
        flight->plan.layers[l].layer = NULL;
    pthread_mutex_unlock(&session->mutex);
    frame_held_take(session, plan, layer_now_ns(), &flight->held);
    flight->settings = *settings;
    flight->record = *record;
    flight->serial = order->serial;
    flight->begin_ns = flight->launched_ns = flight->held.time_ns;
    flight->layer_ms = flight->network_ms = 0;
    return ARTEM_DECISION_STYLED;
}

static void end_flight(struct layer_session *session, enum artem_decision decision)
{
    struct frame_flight *flight = &session->work->flight;

    flight->record.engine_views = frame_plan_count_painted(&flight->plan);
    frame_recorder_end(session, &flight->plan, &flight->settings, &flight->record, decision);
    flight->active = false;
}

static bool is_lost(struct layer_session *session)
{
    bool lost;

    pthread_mutex_lock(&session->mutex);
    lost = session->work->flight.lost;
    pthread_mutex_unlock(&session->mutex);
    return lost;
}

void frame_deferred_advance(struct layer_session *session)
{
    struct frame_flight *flight = &session->work->flight;
    enum artem_result result;
    bool any;

    if (flight->active && is_lost(session)) {
        styler_abandon(session->styler);
        return;
    }
    result = styler_advance(session->styler, &any);
    if (result != ARTEM_OK)
        frame_fail(session, "the engine failed", result);
    if (any)
        flight->launched_ns = layer_now_ns(); // however long the app's frame has taken: the engine could not go on
}

// Whether the app's present frame shows the same swapchains, so that none of them can go away now.
static bool is_shown_again(struct layer_session *session, const struct frame_plan *plan)
{
    const struct frame_flight *flight = &session->work->flight;

    for (uint32_t i = 0; i < flight->plan.picture_count; i++) {
        bool found = false;

        for (uint32_t j = 0; j < plan->picture_count; j++)
            found = found || plan->pictures[j].swapchain == flight->plan.pictures[i].swapchain;
        if (!found)
            return false;
    }
    return true;
}

// The engine has finished the painting: draws it, if it is wanted.
static void land(struct layer_session *session, const struct artem_governor_order *order,
                 struct artem_frame_record *record)
{
    struct frame_flight *flight = &session->work->flight;
    enum artem_decision decision = ARTEM_DECISION_LATE;

    if (!flight->done) {
        frame_finish(session, &flight->plan, flight->begin_ns, record);
        flight->network_ms = record->network_ms;
        flight->done = true;
    }
    if (!flight->probe && order->pace != ARTEM_PACE_NONE) {
        decision = frame_draw(session, &flight->plan, &flight->settings, record->frame);
        if (decision == ARTEM_DECISION_BUDGET)
            return; // the compositor still shows the image that is next: it is drawn with a later frame
        if (decision == ARTEM_DECISION_STYLED)
            frame_dump_painted(session, &flight->plan);
    }
    pthread_mutex_lock(&session->mutex);
    if (decision == ARTEM_DECISION_STYLED)
        session->work->held = flight->held;
    pthread_mutex_unlock(&session->mutex);
    record->engine_views += frame_plan_count_painted(&flight->plan);
    session->work->landing =
        (struct frame_landing){true, flight->probe, flight->serial, flight->layer_ms, flight->network_ms};
    end_flight(session, decision);
}

// The app's rendering may be done by now.
static void launch_queued(struct layer_session *session, struct artem_frame_record *record)
{
    struct frame_flight *flight = &session->work->flight;
    const enum artem_decision decision =
        frame_launch(session, &flight->plan, &flight->settings, capture_wait_ns, record);

    flight->queued = decision == ARTEM_DECISION_WARMUP;
    flight->launched_ns = layer_now_ns();
    if (decision != ARTEM_DECISION_STYLED && !flight->queued)
        flight->active = false;
}

// Of one that should have been done the governor hears with each further frame.
static void watch(struct layer_session *session, const struct artem_settings *settings)
{
    struct frame_flight *flight = &session->work->flight;
    const double passed_ms = (double)(layer_now_ns() - flight->launched_ns) / 1e6;
    const double period_ms = (double)atomic_load(&session->period_ns) / 1e6;
    double most_ms = settings->budget_ms;

    // On the app's queue the app's own frames are drawn before it and meanwhile.
    if (styler_on_device(session->styler) && most_ms < period_ms)
        most_ms = period_ms;
    if (settings->budget_ms > 0 && passed_ms > LATE_FRAMES * most_ms)
        frame_budget_report_unfinished(session, flight->serial, flight->probe, passed_ms);
}

// Whether what is under way can be shown: its pictures are still there, and the engine has not failed.
static bool is_of_use(struct layer_session *session, const struct frame_plan *plan)
{
    const struct frame_flight *flight = &session->work->flight;
    const bool ran = !flight->queued && !flight->done;

    return is_shown_again(session, plan) && !(ran && styler_has_failed(session->styler));
}

static void advance(struct layer_session *session, const struct frame_plan *plan, const struct artem_settings *settings,
                    const struct artem_governor_order *order, struct artem_frame_record *record)
{
    struct frame_flight *flight = &session->work->flight;
    const bool lost = is_lost(session); // no reason to wait for the engine: the app's next pictures can be captured

    if (!lost && !flight->queued && !flight->done && styler_is_busy(session->styler, 0)) {
        watch(session, settings);
    } else if (lost || !is_of_use(session, plan)) {
        frame_recorder_abort(session);
        styler_abandon(session->styler);
        flight->active = false;
    } else if (flight->queued) {
        launch_queued(session, record);
    } else {
        land(session, order, record);
    }
}

// Begins another painting if this frame's pictures are there.
static enum artem_decision begin(struct layer_session *session, struct frame_plan *plan,
                                 const struct artem_settings *settings, const struct artem_governor_order *order,
                                 struct artem_frame_record *record, bool *out_shows_plan)
{
    // Busy: with one that was given up while it was waited for.
    const enum artem_decision decision =
        frame_prepare(session, plan, settings, styler_is_busy(session->styler, 0), record->frame);

    if (decision != ARTEM_DECISION_STYLED)
        return decision;
    if (frame_plan_count_painted(plan) > 0)
        return launch(session, plan, settings, order, record);
    // Painted already: shown as the app says, like in frames that are not deferred.
    if (order->pace == ARTEM_PACE_NONE)
        return ARTEM_DECISION_BUDGET;
    const enum artem_decision shown = frame_style(session, plan, settings, record);
    if (shown == ARTEM_DECISION_STYLED) // until the app shows something else, and that is painted
        frame_held_take(session, plan, layer_now_ns(), &session->work->held);
    *out_shows_plan = true;
    return shown;
}

// Whether the app goes on showing images that it has let go of some time ago, of which one is no painting's and none is
// to come: it was not captured since the engine was at work for an older one.
static bool stands_still(struct layer_session *session, const struct frame_plan *plan, uint64_t now)
{
    bool still = !session->work->flight.active;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count && still; i++)
        still = now - plan->pictures[i].swapchain->released_ns > oldest_ns;
    pthread_mutex_unlock(&session->mutex);
    return still;
}

enum artem_decision frame_deferred(struct layer_session *session, struct frame_plan *plan,
                                   const struct artem_settings *settings, const struct artem_governor_order *order,
                                   struct artem_frame_record *record)
{
    struct frame_flight *flight = &session->work->flight;
    enum artem_decision decision = ARTEM_DECISION_STYLED;
    bool shows_plan = false;
    uint64_t age_ns;

    if (flight->active)
        advance(session, plan, settings, order, record);
    if (!flight->active && (order->probe || order->pace == ARTEM_PACE_DEFERRED))
        decision = begin(session, plan, settings, order, record, &shows_plan);
    if (shows_plan || order->pace == ARTEM_PACE_NONE)
        return shows_plan ? decision : ARTEM_DECISION_BUDGET;
    if (!frame_held_fits(session, &session->work->held, plan))
        return decision == ARTEM_DECISION_STYLED ? ARTEM_DECISION_WARMUP : decision;
    const uint64_t now = layer_now_ns();
    age_ns = now - session->work->held.time_ns;
    if (settings->budget_ms > 0 && age_ns > oldest_ns)
        return ARTEM_DECISION_LATE;
    if (decision == ARTEM_DECISION_WARMUP && stands_still(session, plan, now))
        return ARTEM_DECISION_WARMUP;
    if (!frame_held_keep_spaces(session, &session->work->held, plan))
        return ARTEM_DECISION_WARMUP;
    record->style_age_ms = (double)age_ns / 1e6;
    for (uint32_t l = 0; l < plan->layer_count; l++)
        record->layers += plan->layers[l].held != FRAME_NOT_HELD;
    plan->shows_held = true;
    return ARTEM_DECISION_STYLED;
}

void frame_deferred_note(struct layer_session *session)
{
    const uint64_t now = layer_now_ns(), seen = session->work->seen_ns;

    session->work->seen_ns = now;
    if (seen != 0 && now - seen > pause_ns)
        frame_deferred_drop(session);
}

void frame_deferred_drop(struct layer_session *session)
{
    pthread_mutex_lock(&session->mutex);
    session->work->held.valid = false;
    session->work->flight.probe = true;
    pthread_mutex_unlock(&session->mutex);
}

void frame_deferred_charge(struct layer_session *session, double layer_ms)
{
    const struct frame_landing *landing = &session->work->landing;

    if (landing->any)
        frame_budget_report(session, landing->serial, landing->probe,
                            landing->layer_ms + layer_ms + session->gpu_rest_ms, landing->network_ms);
    session->work->landing.any = false;
    if (session->work->flight.active)
        session->work->flight.layer_ms += layer_ms;
}
