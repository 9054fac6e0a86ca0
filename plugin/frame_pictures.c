// SPDX-License-Identifier: Apache-2.0
#include "frame_pictures.h"

#include <string.h>

static bool is_same_painting(const struct painting_key *a, const struct painting_key *b)
{
    return a->release == b->release && vk_picture_info_equal(&a->info, &b->info) && a->style == b->style;
}

static bool is_shown(const struct layer_swapchain *swapchain, const struct frame_picture *picture,
                     const struct artem_settings *settings)
{
    const struct shown_key *shown = &swapchain->pictures[picture->slot].shown;

    return is_same_painting(&shown->painting, &picture->key) && shown->look.strength == settings->strength &&
           shown->look.keep == settings->keep_color && shown->look.text == settings->keep_text &&
           shown->plane == picture->plane && shown->serial == swapchain->own[picture->plane].serial;
}

bool frame_picture_is_used(const struct frame_plan *plan, uint32_t picture)
{
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *layer = &plan->layers[l];

        for (uint32_t v = 0; v < layer->view_count && !layer->passes; v++) {
            if (plan->view_pictures[layer->first_view + v] == picture)
                return true;
        }
    }
    return false;
}

unsigned frame_pictures_on_plane(const struct frame_plan *plan, const struct layer_swapchain *swapchain, unsigned plane)
{
    unsigned slots = 0;

    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];

        if (picture->swapchain == swapchain && picture->plane == plane && frame_picture_is_used(plan, i))
            slots |= 1u << picture->slot;
    }
    return slots;
}

// A slot that no picture of this frame has. One that was in use lately has buffers of about the right size.
static unsigned find_free_slot(const struct layer_swapchain *swapchain, uint64_t now)
{
    unsigned best = 0;
    bool found = false;

    // There are as many slots as pictures in a frame, so there is always one.
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        const struct swapchain_picture *slot = &swapchain->pictures[i];

        if (slot->used != now && (!found || slot->used > swapchain->pictures[best].used)) {
            best = i;
            found = true;
        }
    }
    return best;
}

// The slot that shows the same rect, whatever its style resolution.
static bool find_same_slot(const struct layer_swapchain *swapchain, const struct vk_picture_info *info,
                           unsigned *out_slot)
{
    for (unsigned i = 0; i < VK_TARGET_PICTURES && swapchain->target != NULL; i++) {
        const struct vk_picture_info *had = &swapchain->target->pictures[i].info;

        if (had->style_width > 0 && had->slice == info->slice && had->premultiplied == info->premultiplied &&
            memcmp(&had->rect, &info->rect, sizeof info->rect) == 0) {
            *out_slot = i;
            return true;
        }
    }
    return false;
}

// First the pictures that were there before, then the new ones: these must not take a slot that the others want.
static void assign_slots(struct frame_plan *plan, uint64_t now)
{
    for (int anew = 0; anew < 2; anew++) {
        for (uint32_t i = 0; i < plan->picture_count; i++) {
            struct frame_picture *picture = &plan->pictures[i];
            struct layer_swapchain *swapchain = picture->swapchain;
            unsigned slot = 0;
            const bool had = find_same_slot(swapchain, &picture->info, &slot);

            if (had == (anew != 0))
                continue;
            picture->slot = had ? slot : find_free_slot(swapchain, now);
            swapchain->pictures[picture->slot].used = now;
        }
    }
}

static void compare(struct frame_picture *picture, const struct artem_settings *settings, uint64_t style)
{
    struct layer_swapchain *swapchain = picture->swapchain;
    struct swapchain_picture *slot = &swapchain->pictures[picture->slot];

    slot->lent = false; // the caller has seen that the engine is idle
    picture->key = (struct painting_key){
        .release = swapchain->releases,
        .info = picture->info,
        .style = style,
    };
    picture->paint = !is_same_painting(&slot->painted, &picture->key);
    picture->draw = picture->paint || !is_shown(swapchain, picture, settings);
    picture->ready = swapchain->releases > 0 && (!picture->draw || swapchain->captured == swapchain->releases);
}

// One picture drawn: all that share its image are drawn again, for which they need their captures.
static void spread_drawing(struct frame_plan *plan)
{
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        struct frame_picture *picture = &plan->pictures[i];

        for (uint32_t j = 0; j < plan->picture_count && !picture->draw; j++) {
            const struct frame_picture *other = &plan->pictures[j];

            if (other->draw && other->swapchain == picture->swapchain && other->plane == picture->plane) {
                picture->draw = true;
                picture->ready = picture->swapchain->captured == picture->swapchain->releases;
            }
        }
    }
}

void frame_pictures_note(struct layer_session *session, const struct frame_plan *plan)
{
    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count; i++)
        layer_swapchain_note_projection(plan->pictures[i].swapchain);
    layer_swapchains_note_others(session);
    pthread_mutex_unlock(&session->mutex);
}

bool frame_pictures_compare(struct layer_session *session, struct frame_plan *plan,
                            const struct artem_settings *settings, uint64_t frame)
{
    const char *name;
    const uint64_t style = styler_get_style(session->styler, &name);
    bool any = false;

    pthread_mutex_lock(&session->mutex);
    assign_slots(plan, frame + 1);
    for (uint32_t i = 0; i < plan->picture_count; i++)
        compare(&plan->pictures[i], settings, style);
    spread_drawing(plan);
    pthread_mutex_unlock(&session->mutex);
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        struct frame_layer *layer = &plan->layers[l];

        for (uint32_t v = 0; v < layer->view_count; v++)
            layer->passes = layer->passes || !plan->pictures[plan->view_pictures[layer->first_view + v]].ready;
        any = any || !layer->passes;
    }
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        if (!frame_picture_is_used(plan, i))
            plan->pictures[i].paint = plan->pictures[i].draw = false;
    }
    return any;
}
