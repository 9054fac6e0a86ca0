// SPDX-License-Identifier: Apache-2.0
// The scene without OpenXR: one view, in a window or off screen.
#ifndef ARTEM_DEMO_DESKTOP_H
#define ARTEM_DEMO_DESKTOP_H

#include "options.h"
#include "scene.h"

// Runs until the options, the user or a signal say so. Returns the exit status.
int desktop_run(const struct demo_options *options, const struct scene *scene);

#endif
