// SPDX-License-Identifier: Apache-2.0
// A session as an engine with threads plays it: frames are waited for on one thread and ended on another, and each eye
// is drawn on its own. Any number of them at once; they share the app's device and queue (app.h).
#ifndef ARTEM_TEST_PLAY_H
#define ARTEM_TEST_PLAY_H

#include <semaphore.h>
#include <stdatomic.h>

#include "app.h"

enum { PLAY_EYES = 2 };

struct play {
    // To be set: the instance, its functions, and how many frames there are to be.
    XrInstance instance;
    struct app_functions xr;
    unsigned frames;
    XrSession session;
    XrSpace space;
    struct app_swapchain swapchains[PLAY_EYES];
    sem_t may_wait, waited, may_draw[PLAY_EYES], drawn;
    XrTime display_time;
    atomic_uint styled; // frames that arrived with both eyes replaced
};

void play_open(struct play *play);
// With all that the session has.
void play_close(struct play *play);
// For a `struct play *`: makes swapchains and plays the frames. Returns NULL when the last one has ended.
void *play_frames(void *play);

XrSpace play_make_space(const struct play *play);
void play_make_swapchain(const struct play *play, struct app_swapchain *swapchain);

#endif
