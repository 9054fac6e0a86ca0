// SPDX-License-Identifier: Apache-2.0
// Keys, mouse and dropped files of the window, as a queue.
#ifndef ARTEM_VIEWER_INPUT_H
#define ARTEM_VIEWER_INPUT_H

#include "state.h"
#include "window.h"

enum input_kind {
    INPUT_ACTION,
    INPUT_PRESS, // a mouse button
    INPUT_MOVE,  // while one is down
    INPUT_RELEASE,
    INPUT_DROP // files: input_take_drop has them
};

struct input_event {
    enum input_kind kind;
    enum view_action action;
    int argument;
    double x, y; // pixels of the window's content
    bool second; // right button, or with shift
};

enum { INPUT_QUEUE = 64 };

struct input {
    struct input_event events[INPUT_QUEUE];
    unsigned first, count;
    bool dragging, damaged; // damaged: the window's content has to be drawn again
    char **dropped;
    size_t dropped_count;
};

// Takes over the window's callbacks and its user. INPUT must stay where it is.
void input_attach(struct input *input, struct window *window);
bool input_next(struct input *input, struct input_event *out);
// The files dropped last; they are the caller's, to be freed with input_free_drop.
void input_take_drop(struct input *input, char ***out_names, size_t *out_count);
void input_free_drop(char **names, size_t count);

// Keys and what they do, for the help: pairs of texts, ended by NULL.
extern const char *const input_help[][2];

#endif
