// SPDX-License-Identifier: Apache-2.0
// From captured images to styled pictures in the layer's own swapchains: scale, engine, composite.
#include "frame.h"

#include <string.h>

#include "artem/log.h"

static const uint64_t gpu_timeout_ns = 1000000000; // for a capture: the app's own rendering comes before it
static const uint64_t no_budget_timeout_ns = 10000000000;
static const uint64_t margin_ns = 20000000; // a late engine is given up after twice the budget and this

static enum artem_decision fail(struct layer_session *session, const char *what, enum artem_result result)
{
    if (artem_log_once_in_a_while(&session->errors))
        artem_log(ARTEM_LOG_WARN, "%s (%s): the frame passes through unstyled", what, artem_result_string(result));
    return ARTEM_DECISION_ERROR;
}

static bool same_picture(const struct swapchain_picture *a, const struct swapchain_picture *b)
{
    return a->release == b->release && memcmp(&a->rect, &b->rect, sizeof a->rect) == 0 &&
           a->style_width == b->style_width && a->style_height == b->style_height && a->noise_x == b->noise_x &&
           a->noise_y == b->noise_y && a->strength == b->strength && a->keep == b->keep && a->style == b->style;
}

// Finds which views need painting. False if a view's latest image was not captured.
static bool compare_pictures(struct layer_session *session, struct frame_plan *plan,
                             const struct artem_settings *settings)
{
    const char *name;
    uint64_t style = styler_get_style(session->styler, &name);
    bool captured = true;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->view_count; i++) {
        struct frame_view *view = &plan->views[i];
        struct layer_swapchain *swapchain = view->swapchain;

        swapchain->in_projection = true;
        swapchain->lent = false; // the caller has seen that the engine is free
        view->picture = (struct swapchain_picture){
            .release = swapchain->releases,
            .rect = view->rect,
            .style_width = plan->style_width,
            .style_height = plan->style_height,
            .noise_x = view->noise_x,
            .noise_y = view->noise_y,
            .strength = settings->strength,
            .keep = settings->keep_color,
            .style = style,
        };
        view->stale = !same_picture(&view->picture, &swapchain->own.picture);
        if (swapchain->releases == 0 || (view->stale && swapchain->captured != swapchain->releases))
            captured = false;
        // The next release is scaled in advance for this rect and size.
        if (memcmp(&swapchain->rect, &view->rect, sizeof view->rect) != 0) {
            swapchain->rect = view->rect;
            swapchain->scaled = 0;
        }
    }
    pthread_mutex_unlock(&session->mutex);
    return captured;
}

// Scales what the release could not scale, for want of a rect or size, and waits until the engine can read it.
static enum artem_result fetch_pictures(struct layer_session *session, struct frame_plan *plan, double *out_gpu_ms)
{
    enum artem_result result = ARTEM_OK;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->view_count && result == ARTEM_OK; i++) {
        struct frame_view *view = &plan->views[i];
        struct layer_swapchain *swapchain = view->swapchain;
        struct vk_target *target = swapchain->target;

        if (!view->stale)
            continue;
        if (target->style_width != plan->style_width || target->style_height != plan->style_height) {
            swapchain->scaled = 0;
            result = vk_target_resize(target, plan->style_width, plan->style_height);
        }
        if (result == ARTEM_OK && swapchain->scaled != view->picture.release) {
            result = vk_target_scale(target, &view->rect);
            if (result == ARTEM_OK)
                swapchain->scaled = view->picture.release;
        }
    }
    for (uint32_t i = 0; i < plan->view_count && result == ARTEM_OK; i++) {
        struct vk_target *target = plan->views[i].swapchain->target;

        if (!plan->views[i].stale)
            continue;
        result = vk_target_wait(target, gpu_timeout_ns);
        *out_gpu_ms += target->gpu_ms[VK_WORK_CAPTURE];
    }
    pthread_mutex_unlock(&session->mutex);
    return result;
}

static void lend(struct layer_session *session, struct frame_plan *plan, bool lent)
{
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->view_count; i++) {
        if (plan->views[i].stale)
            plan->views[i].swapchain->lent = lent;
    }
    pthread_mutex_unlock(&session->mutex);
}

static enum artem_result run_engine(struct layer_session *session, struct frame_plan *plan, double budget_ms,
                                    double *out_network_ms)
{
    struct styler_view views[ARTEM_MAX_VIEWS];
    uint32_t count = 0;
    uint64_t timeout_ns = budget_ms > 0 ? (uint64_t)(budget_ms * 2e6) + margin_ns : no_budget_timeout_ns;
    enum artem_result result;

    for (uint32_t i = 0; i < plan->view_count; i++) {
        const struct frame_view *view = &plan->views[i];

        if (view->stale)
            views[count++] = (struct styler_view){
                .in = view->swapchain->target->style_in.data,
                .out = view->swapchain->target->style_out.data,
                .noise_x = view->noise_x,
                .noise_y = view->noise_y,
            };
    }
    lend(session, plan, true);
    plan->engine_ran = true;
    result =
        styler_run(session->styler, plan->style_width, plan->style_height, views, count, timeout_ns, out_network_ms);
    if (result != ARTEM_TIMEOUT)
        lend(session, plan, false);
    return result;
}

static enum artem_result composite(struct layer_session *session, struct frame_plan *plan, uint64_t frame)
{
    enum artem_result result = ARTEM_OK;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->view_count && result == ARTEM_OK; i++) {
        struct frame_view *view = &plan->views[i];
        struct layer_swapchain *swapchain = view->swapchain;
        struct own_swapchain *own = &swapchain->own;

        if (!view->stale)
            continue;
        if (swapchain->captured != view->picture.release) {
            result = ARTEM_ERROR_ARGUMENT; // released anew while we worked: the app broke the rules for its queue
        } else {
            own->picture.release = 0;
            result = vk_target_composite(swapchain->target, &view->rect, view->picture.strength, view->picture.keep,
                                         own->images[own->index]);
            swapchain->composited_frame = frame + 1;
        }
    }
    pthread_mutex_unlock(&session->mutex);
    return result;
}

static void dump(struct layer_session *session, const struct frame_plan *plan)
{
    uint64_t number = session->painted++;

    if (!frame_dump_wants(session->dump, number))
        return;
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->view_count; i++)
        frame_dump_write(session->dump, number, i, plan->views[i].swapchain->target, &plan->views[i].rect);
    pthread_mutex_unlock(&session->mutex);
}

enum artem_decision frame_style(struct layer_session *session, struct frame_plan *plan,
                                const struct artem_settings *settings, struct artem_frame_record *record)
{
    bool stale = false;
    enum artem_result result;

    // Before the first capture, so that the work of a start does not fall into a styled frame.
    for (uint32_t i = 0; i < plan->view_count; i++) {
        if (own_swapchain_prepare(plan->views[i].swapchain) != ARTEM_OK)
            return ARTEM_DECISION_ERROR;
    }
    if (!compare_pictures(session, plan, settings))
        return ARTEM_DECISION_WARMUP;
    for (uint32_t i = 0; i < plan->view_count; i++)
        stale = stale || plan->views[i].stale;
    if (!stale)
        return ARTEM_DECISION_STYLED;

    result = fetch_pictures(session, plan, &record->capture_ms);
    if (result != ARTEM_OK)
        return fail(session, "the captured frame did not arrive", result);
    frame_flush_record(session);
    result = run_engine(session, plan, settings->budget_ms, &record->network_ms);
    if (result == ARTEM_TIMEOUT)
        return ARTEM_DECISION_BUDGET;
    if (result != ARTEM_OK)
        return fail(session, "the engine failed", result);

    for (uint32_t i = 0; i < plan->view_count; i++) {
        if (!plan->views[i].stale)
            continue;
        result = own_swapchain_acquire(plan->views[i].swapchain);
        if (result == ARTEM_TIMEOUT)
            return ARTEM_DECISION_BUDGET; // the compositor still shows it
        if (result != ARTEM_OK)
            return fail(session, "no image for the styled frame", result);
    }
    result = composite(session, plan, record->frame);
    if (result != ARTEM_OK)
        return fail(session, "the styled frame could not be drawn", result);
    for (uint32_t i = 0; i < plan->view_count; i++) {
        if (!plan->views[i].stale)
            continue;
        result = own_swapchain_release(plan->views[i].swapchain);
        if (result != ARTEM_OK)
            return fail(session, "the styled image could not be released", result);
        plan->views[i].swapchain->own.picture = plan->views[i].picture;
    }
    dump(session, plan);
    return ARTEM_DECISION_STYLED;
}
