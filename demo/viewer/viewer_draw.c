// SPDX-License-Identifier: Apache-2.0
// The window's content.
#include "viewer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "overlay.h"

int viewer_interface_scale(const struct viewer *v)
{
    const int scale = screen_scale(&v->screen);

    return scale > 1 && (v->canvas.width < 640 || v->canvas.height < 400) ? scale / 2 : scale;
}

static void describe_source(const struct viewer *v, char *out, size_t size)
{
    static const char *const eyes[] = {"both eyes", "left eye", "right eye"};

    if (viewer_is_scene(v))
        snprintf(out, size, "Scene, %s%s", eyes[v->state.eyes], v->state.paused ? ", paused" : "");
    else
        snprintf(out, size, "%s   %zu of %zu   %u x %u", v->shown_name, v->files.at + 1, v->files.count, v->shown.width,
                 v->shown.height);
}

static void describe_style(const struct viewer *v, char *out, size_t size)
{
    const struct view_state *s = &v->state;
    const char *style = v->styles.entries[s->style].label;
    char percent[32] = "";

    if (s->original) {
        snprintf(out, size, "Original");
        return;
    }
    if (s->strength < 256)
        snprintf(percent, sizeof percent, " at %u %%", (s->strength * 100 + 128) / 256);
    if (s->blend_on)
        snprintf(out, size, "%s + %u %% %s%s", style, (s->blend * 100 + 128) / 256, v->styles.entries[s->second].label,
                 percent);
    else
        snprintf(out, size, "%s%s", style, percent);
}

static void draw_hud(struct viewer *v, int ui)
{
    const struct view_frame *f = &v->shown;
    char left[400], right[400], style[256];

    describe_source(v, left, sizeof left);
    describe_style(v, style, sizeof style);
    if (v->state.original || f->plain || !f->pixels)
        snprintf(right, sizeof right, "%s", f->pixels ? "Original" : "Painting ...");
    else
        snprintf(right, sizeof right, "%s   %s%u x %u, %s   %.1f ms", style, f->views > 1 ? "2 x " : "",
                 f->view[0].style_width, f->view[0].style_height, artem_engine_get_backend(v->painter.engine),
                 f->capture_ms + f->network_ms + f->composite_ms);
    hud_draw(&v->canvas, ui, left, right);
}

static void draw_split_labels(struct viewer *v, int ui)
{
    const struct show *s = &v->show;
    const int bottom = (int)v->canvas.height - hud_height(ui), edge = s->y + (int)s->height;
    const struct area list = list_layout(&v->canvas, ui, &v->state).panel;
    const int covered = v->state.show & SHOW_LIST ? list.x + list.width : 0;

    for (uint32_t i = 0; i < v->shown.views; i++) {
        const int left = s->x + show_view_left(s, &v->shown, i);
        split_labels_draw(&v->canvas, ui, left > covered ? left : covered, show_split_x(s, &v->shown, &v->state, i),
                          s->x + show_view_left(s, &v->shown, i + 1), edge < bottom ? edge : bottom);
    }
}

static void draw_over(struct viewer *v)
{
    const struct view_state *s = &v->state;
    const int ui = viewer_interface_scale(v);

    if (s->show & SHOW_HUD) {
        if (s->split_on && !s->original && v->shown.pixels)
            draw_split_labels(v, ui);
        draw_hud(v, ui);
    }
    if (s->show & SHOW_LIST && !(s->show & SHOW_HELP))
        list_draw(&v->canvas, ui, s, &v->styles);
    if (s->show & SHOW_PLOT)
        plot_draw(&v->canvas, ui, &v->timing, v->options->settings.budget_ms);
    if (s->show & SHOW_HELP)
        help_draw(&v->canvas, ui);
    if (v->message.text[0])
        message_draw(&v->canvas, ui, v->message.text, v->message.is_error, s->show & SHOW_HUD);
}

static void set_title(struct viewer *v)
{
    char title[600], style[256];

    describe_style(v, style, sizeof style);
    snprintf(title, sizeof title, "%s%s%s - Art'Em", viewer_is_scene(v) ? "" : v->shown_name,
             viewer_is_scene(v) ? "" : " - ", style);
    screen_set_title(&v->screen, title);
}

bool viewer_draw(struct viewer *v)
{
    uint32_t width, height;
    bool shown;

    if (!screen_size(&v->screen, &width, &height))
        return false;
    if (width == 0)
        return true; // still to be drawn
    if (viewer_is_scene(v) && (width != v->canvas.width || height != v->canvas.height))
        v->changed |= CHANGED_SOURCE;
    if (!canvas_resize(&v->canvas, width, height) || !show_draw(&v->show, &v->shown, &v->state, &v->canvas))
        return false;
    draw_over(v);
    if (!screen_show(&v->screen, &v->canvas, &shown))
        return false;
    if (shown) {
        v->changed &= ~(unsigned)CHANGED_DRAW;
        set_title(v);
    }
    return true;
}

// artem-DATE-TIME.png, with a number where there is one already.
static bool make_name(const struct viewer *v, char *out, size_t size)
{
    const time_t now = time(NULL);
    struct tm parts;
    char date[32] = "";

    if (localtime_r(&now, &parts))
        strftime(date, sizeof date, "%Y%m%d-%H%M%S", &parts);
    for (int i = 1; i < 1000; i++) {
        char number[8] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        const int length = snprintf(out, size, "%s/artem-%s%s.png", v->options->output, date, number);
        if (length < 0 || (size_t)length >= size)
            return false;
        if (access(out, F_OK) != 0)
            return true;
    }
    return false;
}

void viewer_save(struct viewer *v, bool whole_window)
{
    const struct view_frame *f = &v->shown;
    const struct image image = {.width = whole_window ? v->canvas.width : f->width,
                                .height = whole_window ? v->canvas.height : f->height,
                                .rgba = whole_window ? v->canvas.rgba : f->painted};
    char name[1024];

    if (!image.rgba)
        return;
    if (!make_name(v, name, sizeof name))
        viewer_say(v, true, "There is no free name in %s", v->options->output);
    else if (image_save(name, &image))
        viewer_say(v, false, "Saved %s", name);
    else
        viewer_say(v, true, "%s", image_last_error());
}
