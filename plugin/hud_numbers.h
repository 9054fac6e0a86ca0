// SPDX-License-Identifier: Apache-2.0
// What the HUD says: keeps the latest frames' times, and draws numbers and a plot of them. Knows no OpenXR.
#ifndef ARTEM_PLUGIN_HUD_NUMBERS_H
#define ARTEM_PLUGIN_HUD_NUMBERS_H

#include <stdbool.h>

#include "artem/stats.h"
#include "hud_canvas.h"

enum {
    HUD_COLUMNS = 34,
    HUD_ROWS = 8,
    HUD_PLOT_FRAMES = HUD_COLUMNS * HUD_COLUMN / 2, // two pixels each
    HUD_PLOT_HEIGHT = 72,
    HUD_WIDTH = HUD_COLUMNS * HUD_COLUMN + 2 * HUD_MARGIN,
    HUD_HEIGHT = HUD_ROWS * HUD_ROW + HUD_PLOT_HEIGHT + 3 * HUD_MARGIN,
    HUD_HISTORY = 512, // frames
};

struct hud_history {
    struct hud_frame {
        uint64_t time_ns;
        float interval_ms, layer_ms, gpu_ms; // NaN: not known
        bool styled, missed;
    } frames[HUD_HISTORY];
    uint64_t count; // of all frames; the latest is frames[(count - 1) % HUD_HISTORY]
    uint64_t missed;
    struct artem_frame_record latest;
    bool paused;
};

// gpu_ms: all of the layer's work there. now_ns: CLOCK_MONOTONIC.
void hud_history_add(struct hud_history *history, const struct artem_frame_record *record, double gpu_ms, bool paused,
                     uint64_t now_ns);

// What the HUD costs itself.
struct hud_cost {
    double cpu_ms, gpu_ms; // of the latest drawing
    double per_second;
};
// Numbers are of the latest two seconds.
void hud_numbers_draw(const struct hud_history *history, const struct hud_cost *cost, uint64_t now_ns,
                      const struct hud_canvas *canvas);

#endif
