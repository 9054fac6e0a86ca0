// SPDX-License-Identifier: Apache-2.0
// A few words for two seconds when style, strength or on/off have changed: which, and when. Knows no OpenXR.
#ifndef ARTEM_PLUGIN_TOAST_H
#define ARTEM_PLUGIN_TOAST_H

#include <stdbool.h>

#include "artem/model.h"
#include "hud_canvas.h"

enum {
    TOAST_COLUMNS = 44,
    TOAST_WIDTH = TOAST_COLUMNS * HUD_COLUMN + 2 * HUD_MARGIN,
    TOAST_HEIGHT = 2 * HUD_ROW + 2 * HUD_MARGIN,
    TOAST_TEXT = 160,
};

struct toast {
    bool started; // the rest is known
    bool enabled;
    uint32_t strength;
    char wanted[TOAST_TEXT], in_use[TOAST_TEXT]; // styles: what the settings ask for, and what there is
    uint64_t wanted_ns;                          // since when it has not come, 0 = it has, or was told of
    uint64_t until_ns;                           // the words are to be shown until then (CLOCK_MONOTONIC)
    char lines[2][TOAST_TEXT];
};

// Once a frame. `style`: the one in use, NULL without one. `tried`: it is what has come of these settings; before a
// frame is painted again nobody tries. True if there are new words.
bool toast_follow(struct toast *toast, const struct artem_settings *settings, const struct artem_style *style,
                  bool tried, uint64_t now_ns);
void toast_draw(const struct toast *toast, const struct hud_canvas *canvas);

#endif
