// SPDX-License-Identifier: Apache-2.0
// What keys, mouse and dropped files ask for.
#include "viewer.h"

#include "clock.h"
#include "overlay.h"

static const double grip = 12; // pixels beside the split's line that belong to it

static void go_to(struct viewer *v, size_t at, int direction)
{
    v->files.at = at;
    v->direction = direction;
    v->changed |= CHANGED_SOURCE | CHANGED_DRAW;
}

static void step_file(struct viewer *v, int by)
{
    const size_t count = v->files.count;

    if (count > 1)
        go_to(v, (v->files.at + count + (size_t)by) % count, by);
    else if (count == 1)
        viewer_say(v, false, "There is no other picture");
}

static void pause_or_play(struct viewer *v)
{
    if (v->files.count == 1 && v->state.paused) {
        viewer_say(v, false, "There is no other picture to be played");
        return;
    }
    v->changed |= state_apply(&v->state, ACTION_PAUSE, 0);
    v->next_picture = 0;
    if (!viewer_is_scene(v) && v->state.paused)
        v->changed |= CHANGED_PAINT; // as the still that it is now
}

static void act(struct viewer *v, enum view_action action, int argument)
{
    switch (action) {
    case ACTION_FILE_STEP:
        step_file(v, argument);
        break;
    case ACTION_FILE_END:
        if (!viewer_is_scene(v))
            go_to(v, argument < 0 ? 0 : v->files.count - 1, -argument);
        break;
    case ACTION_PAUSE:
        pause_or_play(v);
        break;
    case ACTION_SHOT:
    case ACTION_SAVE:
        viewer_save(v, action == ACTION_SHOT);
        break;
    case ACTION_EYES:
        if (viewer_is_scene(v))
            v->changed |= state_apply(&v->state, action, argument);
        break;
    default:
        v->changed |= state_apply(&v->state, action, argument);
    }
    screen_set_full(&v->screen, v->state.full_screen);
}

static void set_split(struct viewer *v, double x)
{
    const double split = show_split_at(&v->show, &v->shown, x);

    if (split >= 0) {
        v->state.split = split;
        v->changed |= CHANGED_DRAW;
    }
}

static bool is_on_split(const struct viewer *v, double x)
{
    for (uint32_t i = 0; i < v->shown.views; i++) {
        const double distance = x - show_split_x(&v->show, &v->shown, &v->state, i);
        if (distance > -grip && distance < grip)
            return true;
    }
    return false;
}

static void press(struct viewer *v, const struct input_event *event)
{
    bool inside = false;

    v->drag = DRAG_NONE;
    if (v->state.show & SHOW_LIST) {
        const struct list_layout layout = list_layout(&v->canvas, viewer_interface_scale(v), &v->state);
        const int style = list_style_at(&layout, event->x, event->y, &inside);
        if (style >= 0)
            act(v, event->second ? ACTION_SECOND : ACTION_STYLE, style);
    }
    if (inside || !v->shown.pixels)
        return;
    if (v->state.split_on && !v->state.original && (!v->state.actual_size || is_on_split(v, event->x))) {
        v->drag = DRAG_SPLIT;
        set_split(v, event->x);
    } else if (v->state.actual_size) {
        v->drag = DRAG_PAN;
    }
    v->drag_x = event->x;
    v->drag_y = event->y;
}

static void move(struct viewer *v, const struct input_event *event)
{
    if (v->drag == DRAG_SPLIT)
        set_split(v, event->x);
    if (v->drag == DRAG_PAN) {
        v->show.pan_x += (int)(event->x - v->drag_x);
        v->show.pan_y += (int)(event->y - v->drag_y);
        v->drag_x = event->x;
        v->drag_y = event->y;
        v->changed |= CHANGED_DRAW;
    }
}

// Pictures and folders take the place of what was shown; the scene is not come back to.
static void drop(struct viewer *v)
{
    struct file_list files;
    char **names;
    size_t count;

    input_take_drop(&v->input, &names, &count);
    if (!names)
        return; // an earlier event has taken the latest drop's
    if (file_list_make(names, count, &files)) {
        if (viewer_is_scene(v))
            v->state.paused = true; // no show unless it is asked for
        file_list_free(&v->files);
        v->files = files;
        go_to(v, files.at, 1);
    } else {
        viewer_say(v, true, "There is no PNG or JPEG picture in what was dropped");
    }
    input_free_drop(names, count);
}

void viewer_handle_input(struct viewer *v)
{
    struct input_event event;

    while (input_next(&v->input, &event)) {
        switch (event.kind) {
        case INPUT_ACTION:
            act(v, event.action, event.argument);
            break;
        case INPUT_PRESS:
            press(v, &event);
            break;
        case INPUT_MOVE:
            move(v, &event);
            break;
        case INPUT_RELEASE:
            v->drag = DRAG_NONE;
            break;
        case INPUT_DROP:
            drop(v);
            break;
        }
    }
    if (v->input.damaged || v->screen.window.stale) {
        v->input.damaged = false;
        v->changed |= CHANGED_DRAW;
    }
}
