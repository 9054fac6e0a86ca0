// SPDX-License-Identifier: Apache-2.0
// What an app does with an instance that it has opened: session, swapchains, some frames, and all of it ended. What it
// gets back from each of its calls is kept. A call that fails is made once more; what depends on it is left out.
#ifndef ARTEM_FAULTS_SCRIPT_H
#define ARTEM_FAULTS_SCRIPT_H

#include <stdbool.h>

#include "app.h"

enum { SCRIPT_CALLS_MAX = 4096 };

struct script_history {
    XrResult results[SCRIPT_CALLS_MAX];
    const char *functions[SCRIPT_CALLS_MAX];
    unsigned count;
    unsigned frames, arrived, styled; // frames: whose end the app was told to have succeeded
    bool wrong;                       // a frame was neither the app's own nor a right painting
};

void script_session(unsigned frames, struct script_history *out_history);

#endif
