// SPDX-License-Identifier: Apache-2.0
// What the user has chosen, and how keys and mouse change it. Pure: knows no window and no engine.
#ifndef ARTEM_VIEWER_STATE_H
#define ARTEM_VIEWER_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum view_eyes { EYES_BOTH, EYES_LEFT, EYES_RIGHT, EYES_COUNT };

// Bits of what lies over the picture.
enum { SHOW_LIST = 1, SHOW_HUD = 2, SHOW_PLOT = 4, SHOW_HELP = 8 };

enum view_action {
    ACTION_NONE,
    ACTION_STYLE,        // argument: place in the list
    ACTION_SECOND,       // the same, for the second style of a blend; chosen again: no blend
    ACTION_STYLE_STEP,   // -1, 1
    ACTION_BLEND,        // on, off
    ACTION_SHARE,        // steps of the second style's share
    ACTION_STRENGTH,     // steps
    ACTION_STRENGTH_SET, // 0..256
    ACTION_KEEP,         // steps of the share of the picture's own colour
    ACTION_TEXT,         // steps of how much writing stays legible
    ACTION_RESOLUTION,   // steps
    ACTION_ORIGINAL,     // the picture as it is, and back
    ACTION_SPLIT,        // before and after
    ACTION_SPLIT_STEP,   // steps
    ACTION_EYES,         // both, left, right
    ACTION_SHOW,         // a bit of SHOW_
    ACTION_ZOOM,         // whole or pixel by pixel
    ACTION_PAUSE,        // the scene, or the folder's show
    ACTION_FULL_SCREEN,
    ACTION_FILE_STEP, // -1, 1
    ACTION_FILE_END,  // -1 first, 1 last
    ACTION_SHOT,      // of the window
    ACTION_SAVE,      // the painted picture
    ACTION_ESCAPE,    // out of the help, of full screen, of the program
    ACTION_QUIT
};

struct view_state {
    int style_count;
    int style, second; // places in the list of styles
    bool blend_on;
    uint32_t blend, strength, keep, text; // 0..256
    uint32_t resolution;
    bool original, split_on;
    double split; // 0..1 of a picture's width
    enum view_eyes eyes;
    unsigned show;
    bool paused; // the scene stands; of a folder: no show
    bool full_screen, actual_size, quit;
};

// What has to be done after a change.
enum {
    CHANGED_DRAW = 1,      // draw again
    CHANGED_COMPOSITE = 2, // composite again
    CHANGED_PAINT = 4,     // paint again
    CHANGED_STYLE = 8,     // with other parameters
    CHANGED_SOURCE = 16    // another picture
};

// Actions about files, saving and full screen are the caller's; returns CHANGED_ bits.
unsigned state_apply(struct view_state *state, enum view_action action, int argument);

#endif
