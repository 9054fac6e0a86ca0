// SPDX-License-Identifier: Apache-2.0
#include "viewer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "stop.h"

static const double message_seconds = 4;

bool viewer_is_scene(const struct viewer *v)
{
    return v->files.count == 0;
}

bool viewer_is_live(const struct viewer *v)
{
    return !v->state.paused;
}

void viewer_say(struct viewer *v, bool is_error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(v->message.text, sizeof v->message.text, format, arguments);
    va_end(arguments);
    v->message.is_error = is_error;
    v->message.until = clock_now() + message_seconds;
    v->changed |= CHANGED_DRAW;
}

// The places of the styles that the settings name.
static bool find_styles(struct viewer *v)
{
    const struct artem_settings *settings = &v->options->settings;

    v->state.style = styles_find(&v->styles, settings->style);
    v->state.second = settings->blend_style[0] ? styles_find(&v->styles, settings->blend_style) : -1;
    if (v->state.style < 0)
        return demo_error("there is no style '%s'; artem styles lists those that there are", settings->style);
    if (settings->blend_style[0] && v->state.second < 0)
        return demo_error("there is no style '%s'; artem styles lists those that there are", settings->blend_style);
    return true;
}

static bool set_state(struct viewer *v)
{
    const struct view_options *o = v->options;

    if (!styles_load(&v->styles))
        return false;
    v->state = (struct view_state){.style_count = v->styles.count,
                                   .blend_on = o->settings.blend_style[0] != '\0',
                                   .blend = o->settings.blend,
                                   .strength = o->settings.strength,
                                   .keep = o->settings.keep_color,
                                   .text = o->settings.keep_text,
                                   .resolution = o->settings.resolution,
                                   .split_on = o->split_on,
                                   .split = o->split,
                                   .eyes = o->eyes,
                                   .show = o->show,
                                   .full_screen = o->full_screen};
    return find_styles(v);
}

// Reads the first picture that can be read.
static bool open_files(struct viewer *v)
{
    if (!file_list_make(v->options->names, v->options->name_count, &v->files))
        return false;
    while (!image_load(v->files.paths[v->files.at], &v->first_image))
        if (!file_list_drop(&v->files))
            return demo_error("none of the pictures can be read");
    return true;
}

static bool open_screen(struct viewer *v)
{
    const struct view_options *o = v->options;
    const struct image *image = &v->first_image;
    const uint32_t width = o->width ? o->width : image->width ? image->width : 1280;
    const uint32_t height = o->height ? o->height : image->height ? image->height : 720;

    if (!screen_open(&v->screen, &v->input, width, height, o->validate))
        return false;
    screen_set_full(&v->screen, v->state.full_screen);
    return true;
}

bool viewer_open(const struct view_options *options, struct viewer *v)
{
    *v = (struct viewer){.options = options};
    if (options->screenshot && !image_can_save(options->screenshot))
        return false;
    if (!set_state(v) || (options->name_count > 0 && !open_files(v)))
        return false;
    v->state.paused = viewer_is_scene(v) ? options->paused : !options->play;
    v->changed = CHANGED_SOURCE | CHANGED_STYLE | CHANGED_DRAW;
    if (options->show & SHOW_HUD && !options->screenshot)
        viewer_say(v, false, "F1 shows the keys");
    return open_screen(v) &&
           painter_create(&v->screen.gpu, &v->screen.made, options->settings.backend, options->settings.threads,
                          &v->painter) &&
           (!viewer_is_scene(v) || scene_view_create(&v->screen.gpu, options->scene, options->path, &v->scene));
}

void viewer_close(struct viewer *v)
{
    painter_destroy(&v->painter);
    frames_wait(&v->screen.frames);
    scene_view_destroy(&v->scene);
    screen_close(&v->screen);
    v->failed |= v->screen.gpu.complaints > 0;
    input_free_drop(v->input.dropped, v->input.dropped_count);
    file_list_free(&v->files);
    image_free(&v->first_image);
    frame_free(&v->shown);
    frame_free(&v->work);
    show_free(&v->show);
    canvas_free(&v->canvas);
    styles_free(&v->styles);
}

// The scene's time stands while it is paused.
static void tick(struct viewer *v)
{
    const double now = clock_now();

    if (!v->state.paused && v->last_tick > 0)
        v->scene_seconds += now - v->last_tick;
    v->last_tick = now;
    if (v->message.text[0] && now >= v->message.until) {
        v->message.text[0] = '\0';
        v->changed |= CHANGED_DRAW;
    }
}

// How long events may be waited for.
static double patience(const struct viewer *v)
{
    if (!v->screen.window.swapchain)
        return 0.1; // minimised
    if (v->painter.busy || v->changed)
        return 0;
    if (viewer_is_live(v))
        return viewer_is_scene(v) ? 0 : fmin(fmax(v->next_picture - clock_now(), 0), 0.1);
    return v->message.text[0] ? 0.1 : 0.5;
}

// What stands still is painted once.
static bool is_time_for_screenshot(const struct viewer *v)
{
    return v->painted >= (viewer_is_live(v) ? v->options->frames : 1) && !(v->changed & CHANGED_DRAW);
}

static bool take_screenshot(struct viewer *v)
{
    const struct image image = {.width = v->canvas.width, .height = v->canvas.height, .rgba = v->canvas.rgba};

    v->state.quit = true;
    return image_save(v->options->screenshot, &image);
}

bool viewer_run(struct viewer *v)
{
    while (!v->state.quit && !stop_asked()) {
        if (!screen_poll(&v->screen, patience(v)))
            break;
        tick(v);
        viewer_handle_input(v);
        if (!viewer_paint(v, 0.01))
            return false;
        if (v->changed & CHANGED_DRAW && !viewer_draw(v))
            return false;
        if (v->options->screenshot && is_time_for_screenshot(v))
            return take_screenshot(v);
    }
    return true;
}
