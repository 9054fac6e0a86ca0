// SPDX-License-Identifier: Apache-2.0
// The command line of artem-view.
#ifndef ARTEM_VIEWER_OPTIONS_H
#define ARTEM_VIEWER_OPTIONS_H

#include "artem/config.h"
#include "options.h"
#include "state.h"

struct view_options {
    struct artem_settings settings; // the user's, then what the options say
    char *const *names;             // pictures and folders; none: the scene
    size_t name_count;
    uint32_t width, height; // of the window; 0: what fits
    bool split_on, paused, play, full_screen, validate, verbose;
    double split, fps; // fps: of a folder's show
    enum view_eyes eyes;
    enum pose_path path;
    unsigned show;
    const char *scene, *output, *screenshot; // borrowed from argv
    uint64_t frames;                         // painted frames before the screenshot is taken
};

// As options_parse.
enum options_result view_options_parse(int argc, char **argv, struct view_options *out);

#endif
