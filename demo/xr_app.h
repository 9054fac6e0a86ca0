// SPDX-License-Identifier: Apache-2.0
// The OpenXR app: session, frame loop, end.
#ifndef ARTEM_DEMO_XR_APP_H
#define ARTEM_DEMO_XR_APP_H

#include "scene.h"
#include "vk_frames.h"
#include "window.h"
#include "xr_layers.h"
#include "xr_views.h"

struct xr_app {
    const struct demo_options *options;
    struct xr_system system;
    struct gpu gpu;
    struct window window;
    struct renderer renderer;
    struct gpu_pass pass;
    struct frames frames;
    struct screenshot shot;
    XrSession session;
    XrSpace local, view;
    enum demo_format format;
    struct xr_projection projections[2]; // the scene, the overlay
    struct xr_panel panel;

    bool running, exit_asked, ended; // between begin and end; xrRequestExitSession called; EXITING seen
    bool drawn, shot_taken;          // there are released images to submit; the screenshot is written
    uint64_t frame;                  // frames ended since the session began
    XrTime first_time;               // predicted display time of the first
};

// Runs until options, user, runtime or a signal say so. Returns the exit status.
int xr_app_run(const struct demo_options *options, const struct scene *scene);

// One frame: wait, begin, draw, end (xr_frame.c). False: a failure, printed.
bool xr_app_frame(struct xr_app *app);

#endif
