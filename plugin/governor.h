// SPDX-License-Identifier: Apache-2.0
// The budget governor: decides from the layer's own times whether the next frame is styled. Pure: no clock, no I/O.
#ifndef ARTEM_PLUGIN_GOVERNOR_H
#define ARTEM_PLUGIN_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

enum governor_change {
    GOVERNOR_SAME,
    GOVERNOR_PAUSED,  // over budget: original frames until resume_ns
    GOVERNOR_RESUMED, // the trial after a pause went well
};

struct governor {
    bool paused;
    bool trial;         // styling again after a pause, not yet proved
    uint64_t resume_ns; // when paused: the time of the next trial
    uint64_t pause_ns;  // length of the next pause
    uint64_t good_since_ns;
    double ema_ms;
    unsigned samples; // since styling began or went on
    uint8_t over;     // the latest 8 frames, one bit each: over budget
    uint64_t pauses;  // decisions so far
};

void governor_init(struct governor *governor);

// Whether a frame ending now may be styled. Ends a pause whose time is over by starting a trial. budget_ms 0 = no
// limit.
bool governor_allows(struct governor *governor, uint64_t now_ns, double budget_ms);

// Reports the layer's time of a frame that was styled, or was given up because the engine was late.
enum governor_change governor_report(struct governor *governor, uint64_t now_ns, double layer_ms, double budget_ms);

#endif
