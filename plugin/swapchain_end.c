// SPDX-License-Identifier: Apache-2.0
// The end of a swapchain. Pictures that the engine may still work on outlive it: nobody waits for a painting that will
// not be shown.
#include "swapchain.h"

#include <stdlib.h>

#include "artem/log.h"
#include "session.h"
#include "styler.h"

bool layer_swapchain_release_buffers(const struct layer_swapchain *swapchain, unsigned index)
{
    const struct vk_picture *picture = &swapchain->target->pictures[index];
    const uint64_t serials[] = {picture->style_in.serial, picture->style_out.serial};

    return !picture->info.on_device || styler_release_buffers(swapchain->session->styler, serials, 2);
}

// Not asked of the styler, which may be busy for as long as a painting takes.
static bool is_lent(const struct layer_swapchain *swapchain)
{
    bool lent = false;

    for (unsigned i = 0; swapchain->target != NULL && i < VK_TARGET_PICTURES; i++)
        lent = lent || swapchain->pictures[i].lent || swapchain->target->pictures[i].info.on_device;
    return lent;
}

// The engine is idle, or does not finish.
static void free_rest(struct layer_swapchain *swapchain, bool unused)
{
    for (unsigned i = 0; swapchain->target != NULL && unused && i < VK_TARGET_PICTURES; i++)
        unused = layer_swapchain_release_buffers(swapchain, i);
    if (!unused) {
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
        swapchain->target = NULL;
        gl_image_destroy(&swapchain->shared, false);
        if (swapchain->session->gl != NULL)
            swapchain->session->gl->stuck = true;
    }
    layer_swapchain_free_target(swapchain);
    free(swapchain);
}

void layer_swapchain_free_target(struct layer_swapchain *swapchain)
{
    vk_target_destroy(&swapchain->target);
    gl_image_destroy(&swapchain->shared, true);
}

static void put_aside(struct layer_swapchain *swapchain)
{
    struct layer_session *session = swapchain->session;

    pthread_mutex_lock(&session->mutex);
    swapchain->sibling = session->orphans;
    session->orphans = swapchain;
    pthread_mutex_unlock(&session->mutex);
}

void layer_swapchain_end(struct layer_swapchain *swapchain)
{
    // So that nothing of ours uses any image after this.
    swapchain->hangs = swapchain->target != NULL && !vk_target_finish(swapchain->target);
    own_swapchains_destroy(swapchain, !swapchain->hangs);
    free(swapchain->images);
    swapchain->images = NULL;
    if (!swapchain->hangs && !is_lent(swapchain))
        free_rest(swapchain, true);
    else
        put_aside(swapchain);
}

static struct layer_swapchain *take_orphans(struct layer_session *session)
{
    struct layer_swapchain *orphans;

    pthread_mutex_lock(&session->mutex);
    orphans = session->orphans;
    session->orphans = NULL;
    pthread_mutex_unlock(&session->mutex);
    return orphans;
}

static bool has_orphans(struct layer_session *session)
{
    bool any;

    pthread_mutex_lock(&session->mutex);
    any = session->orphans != NULL;
    pthread_mutex_unlock(&session->mutex);
    return any;
}

// `all`: also those whose work on the GPU is not done. It was waited for when they became orphans.
static void free_orphans(struct layer_session *session, bool unused, bool all)
{
    struct layer_swapchain *orphans = take_orphans(session);

    while (orphans != NULL) {
        struct layer_swapchain *orphan = orphans;

        orphans = orphan->sibling;
        const bool done = !orphan->hangs || vk_target_is_done(orphan->target);

        if (done || all)
            free_rest(orphan, unused && done);
        else
            put_aside(orphan);
    }
}

void layer_orphans_look(struct layer_session *session)
{
    // What becomes an orphan after the look at the engine is not with it either: this thread alone hands it pictures.
    if (has_orphans(session) && !styler_is_busy(session->styler, 0))
        free_orphans(session, true, false);
}

void layer_orphans_free(struct layer_session *session)
{
    if (has_orphans(session))
        free_orphans(session, styler_finish(session->styler), true);
}
