// SPDX-License-Identifier: Apache-2.0
// What the sessions that run do, from their rings (artem/ring.h).
#ifndef ARTEM_CLI_WATCH_H
#define ARTEM_CLI_WATCH_H

#include <cjson/cJSON.h>

#include "artem/ring.h"

// The latest frames of one session, at most two seconds of them.
struct watch_session {
    struct artem_ring_about about;
    uint64_t total;                                    // frames since it began
    uint32_t frames, styled;                           // looked at
    double fps;                                        // 0: no frames
    double idle_ms;                                    // since the latest one
    double layer_p50, layer_p99, network_p50, gpu_p50; // of the styled ones; NaN without any
    double layer_p95, layer_p999;
    double release_p50, overhead_p50; // of all: the layer at release, measuring itself
    double slack_p50, gpu_slack_p50;  // NaN where it is not known
    uint32_t missed;                  // handed over after their display time
    double style_age_ms;              // of the latest styled one
    double hud_ms;                    // mean of all; NaN without any
    struct artem_frame_record latest;
    bool paused;
};

enum { WATCH_SESSIONS_MAX = 64 };

// Sorted by process. Returns how many.
uint32_t watch_sessions(struct watch_session sessions[WATCH_SESSIONS_MAX]);
// Which session it is and what it shows, as a JSON object.
cJSON *watch_json(const struct watch_session *session);
// "styled", "original: budget", "off", … : what the user sees.
const char *watch_state(const struct watch_session *session);

#endif
