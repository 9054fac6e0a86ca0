// SPDX-License-Identifier: Apache-2.0
// From a picture or the scene to a painted frame, in steps between which the window stays alive.
#include "viewer.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"

static const canvas_color behind = 0x808080; // transparent pictures

// The picture over grey where it is transparent.
static void flatten(struct image *image)
{
    const size_t pixels = (size_t)image->width * image->height;

    for (size_t i = 0; image->has_alpha && i < pixels; i++) {
        uint8_t *p = image->rgba + i * 4;
        for (int c = 0; c < 3; c++)
            p[c] = (uint8_t)((p[c] * p[3] + (behind >> (16 - 8 * c) & 255) * (255u - p[3]) + 127) / 255);
        p[3] = 255;
    }
}

// The next picture that can be read, in the direction in which the user goes. False: none is left.
static bool load_image(struct viewer *v, struct image *out)
{
    if (v->first_image.rgba) {
        *out = v->first_image;
        v->first_image = (struct image){0};
        return true;
    }
    while (!image_load(v->files.paths[v->files.at], out)) {
        viewer_say(v, true, "%s", image_last_error());
        if (!file_list_drop(&v->files))
            return demo_error("none of the pictures can be read");
        if (v->direction < 0)
            v->files.at = (v->files.at + v->files.count - 1) % v->files.count;
    }
    return true;
}

static bool read_picture(struct viewer *v)
{
    struct image image;

    if (!load_image(v, &image))
        return false;
    flatten(&image);
    const bool good = frame_set_size(&v->work, image.width, image.height, 1);
    if (good)
        memcpy(v->work.pixels, image.rgba, (size_t)image.width * image.height * 4);
    image_free(&image);
    return good;
}

static bool draw_scene(struct viewer *v)
{
    uint32_t width, height;

    if (!screen_size(&v->screen, &width, &height))
        return false;
    if (width == 0)
        return true; // minimised: the pixels stay what they were
    if (v->state.eyes == EYES_BOTH)
        width &= ~1u;
    return scene_view_draw(&v->scene, &v->screen.frames, (VkExtent2D){width, height}, v->state.eyes, v->scene_seconds,
                           &v->work);
}

// The same pixels as those that are shown.
static void borrow_pixels(struct viewer *v)
{
    struct view_frame *work = &v->work;

    work->width = v->shown.width;
    work->height = v->shown.height;
    work->views = v->shown.views;
}

static bool set_style(struct viewer *v)
{
    const struct view_state *s = &v->state;
    const char *second = s->blend_on ? v->styles.entries[s->second].name : NULL;

    v->changed &= ~(unsigned)CHANGED_STYLE;
    if (painter_set_style(&v->painter, v->styles.entries[s->style].name, second, s->blend))
        return true;
    viewer_say(v, true, "%s cannot be used", v->styles.entries[s->style].label);
    return v->painter.style != NULL;
}

// What was in work is shown from now on.
static void exchange(struct viewer *v)
{
    struct view_frame done = v->work;

    if (!v->work_has_pixels) {
        done.pixels = v->shown.pixels;
        done.painted = v->shown.painted;
        done.room = v->shown.room;
        v->shown.pixels = v->work.pixels;
        v->shown.painted = v->work.painted;
        v->shown.room = v->work.room;
    }
    v->work = v->shown;
    v->shown = done;
    if (v->work_has_pixels && !viewer_is_scene(v)) {
        const char *path = v->files.paths[v->files.at], *slash = strrchr(path, '/');
        snprintf(v->shown_name, sizeof v->shown_name, "%.255s", slash ? slash + 1 : path);
    }
}

static void composite(struct viewer *v)
{
    const double began = clock_now();

    frame_composite(&v->shown, v->state.strength, v->state.keep, v->state.text);
    v->shown.composite_ms = 1e3 * (clock_now() - began);
    show_invalidate(&v->show);
    v->changed = (v->changed & ~(unsigned)CHANGED_COMPOSITE) | CHANGED_DRAW;
}

static void show_work(struct viewer *v)
{
    exchange(v);
    composite(v);
    v->painted++;
}

// A frame that cannot be painted is shown as it is.
static bool start(struct viewer *v)
{
    const bool again = !(v->changed & CHANGED_SOURCE) && !viewer_is_live(v) && v->shown.pixels;
    const double began = clock_now();

    if (v->changed & CHANGED_STYLE && !set_style(v))
        return false;
    v->changed &= ~(unsigned)(CHANGED_SOURCE | CHANGED_PAINT);
    v->work_has_pixels = !again;
    if (again)
        borrow_pixels(v);
    else if (!(viewer_is_scene(v) ? draw_scene(v) : read_picture(v)))
        return false;
    if (v->work.width == 0)
        return true;
    struct view_frame *work = &v->work;
    uint8_t *own = work->pixels;
    work->live = viewer_is_live(v);
    work->pixels = again ? v->shown.pixels : own;
    work->plain = !frame_plan(work, v->state.resolution);
    if (!work->plain) {
        if (viewer_is_scene(v))
            scene_view_set_noise(&v->scene, work);
        frame_scale(work);
    }
    work->pixels = own;
    work->capture_ms = 1e3 * (clock_now() - began);
    if (work->plain) {
        viewer_say(v, true, "This cannot be painted at resolution %u", v->state.resolution);
        v->state.paused = true;
        show_work(v);
        return true;
    }
    const struct artem_engine_frame request = frame_request(work, v->state.resolution);
    return painter_submit(&v->painter, &request);
}

static void finish(struct viewer *v)
{
    struct artem_engine_stats stats;

    artem_engine_get_stats(v->painter.engine, &stats);
    v->work.network_ms = stats.milliseconds;
    show_work(v);
    timing_add(&v->timing, v->shown.capture_ms, v->shown.network_ms, v->shown.composite_ms);
}

// A folder's show: the next picture when its time has come.
static void play(struct viewer *v)
{
    const double now = clock_now();

    if (viewer_is_scene(v) || v->state.paused || now < v->next_picture)
        return;
    if (v->next_picture > 0)
        v->files.at = (v->files.at + 1) % v->files.count;
    v->next_picture = (now > v->next_picture + 1 ? now : v->next_picture) + 1 / v->options->fps;
    v->changed |= CHANGED_SOURCE;
}

bool viewer_paint(struct viewer *v, double seconds)
{
    if (v->painter.busy) {
        switch (painter_wait(&v->painter, (uint64_t)(seconds * 1e9))) {
        case PAINTER_BUSY:
            return true;
        case PAINTER_FAILED:
            return false;
        case PAINTER_DONE:
            finish(v);
            return true;
        }
    }
    if (v->changed & CHANGED_COMPOSITE && v->shown.pixels)
        composite(v);
    play(v);
    if (v->changed & (CHANGED_SOURCE | CHANGED_PAINT) || (viewer_is_scene(v) && viewer_is_live(v)))
        return start(v);
    return true;
}
