// SPDX-License-Identifier: Apache-2.0
// A frame in the window: scaled down where it is larger, before and after with the line between.
#ifndef ARTEM_VIEWER_SHOW_H
#define ARTEM_VIEWER_SHOW_H

#include "canvas.h"
#include "frame.h"
#include "state.h"

struct show {
    // What is shown of the frame: its own pixels, or these, scaled down.
    uint8_t *scaled[2]; // original, painted
    size_t room[2];
    bool valid[2];
    uint32_t width, height; // of the frame in the window
    int x, y;               // of its upper left corner
    int pan_x, pan_y;       // with actual size
};

void show_free(struct show *show);

// Another frame, or the same with other pixels: nothing scaled is kept.
void show_invalidate(struct show *show);

// Draws FRAME, and around it what is beside it, on all of CANVAS. False, after a message, without memory.
bool show_draw(struct show *show, const struct view_frame *frame, const struct view_state *state,
               struct canvas *canvas);

// Where view VIEW begins, or the one before it ends, from the frame's left.
int show_view_left(const struct show *show, const struct view_frame *frame, uint32_t view);
// The split that puts its line at x, of the view that is there; -1: beside all views.
double show_split_at(const struct show *show, const struct view_frame *frame, double x);
// The x of the line in view VIEW.
int show_split_x(const struct show *show, const struct view_frame *frame, const struct view_state *state,
                 uint32_t view);

#endif
