// SPDX-License-Identifier: Apache-2.0
// The viewer: its state, and the steps of its loop.
#ifndef ARTEM_VIEWER_VIEWER_H
#define ARTEM_VIEWER_VIEWER_H

#include "canvas.h"
#include "file_list.h"
#include "frame.h"
#include "input.h"
#include "painter.h"
#include "scene_view.h"
#include "screen.h"
#include "show.h"
#include "styles.h"
#include "timing.h"
#include "view_options.h"

struct viewer {
    const struct view_options *options;
    struct view_state state;
    struct style_list styles;
    struct input input;
    struct screen screen;
    struct painter painter;
    struct scene_view scene;  // without files
    struct file_list files;   // else
    struct image first_image; // read before there was a window, to know its size
    struct canvas canvas;
    struct show show;
    struct timing timing;
    // What the window shows, and what is in work. A frame that is painted anew has its pixels in `shown`.
    struct view_frame shown, work;
    bool work_has_pixels;
    char shown_name[256];
    unsigned changed; // CHANGED_ bits yet to be seen to
    uint64_t painted; // frames
    double scene_seconds, last_tick, next_picture;
    int direction; // in which the user goes through the files
    enum { DRAG_NONE, DRAG_SPLIT, DRAG_PAN } drag;
    double drag_x, drag_y;
    struct {
        char text[512];
        bool is_error;
        double until;
    } message;
    bool failed;
};

// Prints why on failure; close accepts a half-made viewer.
bool viewer_open(const struct view_options *options, struct viewer *viewer);
void viewer_close(struct viewer *viewer);
// Until the user leaves, or something cannot go on.
bool viewer_run(struct viewer *viewer);

// A message over the picture for some seconds.
void viewer_say(struct viewer *viewer, bool is_error, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool viewer_is_scene(const struct viewer *viewer);
// Frames come one after the other, painted with the statistics of those before.
bool viewer_is_live(const struct viewer *viewer);

// viewer_input.c: all that keys, mouse and drops ask for.
void viewer_handle_input(struct viewer *viewer);

// viewer_paint.c: takes the painting a step further, waiting for the engine at most so long. False: cannot go on.
bool viewer_paint(struct viewer *viewer, double seconds);

// viewer_draw.c: makes the canvas, and shows it.
bool viewer_draw(struct viewer *viewer);
// Pixels of the window for one of the interface's font.
int viewer_interface_scale(const struct viewer *viewer);
// Saves the canvas, or the painted picture, under a name of its own in the output folder; says so.
void viewer_save(struct viewer *viewer, bool whole_window);

#endif
