// SPDX-License-Identifier: Apache-2.0
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "artem_kernels/picture.h"
#include "log.h"

static const canvas_color background = 0x14171cff, line_color = 0xffffffff, line_shade = 0x00000080;

enum { ORIGINAL, PAINTED };

void show_free(struct show *show)
{
    free(show->scaled[ORIGINAL]);
    free(show->scaled[PAINTED]);
    *show = (struct show){0};
}

void show_invalidate(struct show *show)
{
    show->valid[ORIGINAL] = show->valid[PAINTED] = false;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

// Where the frame lies in the window, and how large.
static void place(struct show *s, const struct view_frame *f, const struct view_state *state, const struct canvas *c)
{
    uint32_t width = f->width, height = f->height;

    if (!state->actual_size && (width > c->width || height > c->height)) {
        if ((uint64_t)width * c->height > (uint64_t)height * c->width) {
            height = (uint32_t)(((uint64_t)height * c->width + width / 2) / width);
            width = c->width;
        } else {
            width = (uint32_t)(((uint64_t)width * c->height + height / 2) / height);
            height = c->height;
        }
        width = width < 1 ? 1 : width;
        height = height < 1 ? 1 : height;
    }
    if (width != s->width || height != s->height)
        show_invalidate(s);
    s->width = width;
    s->height = height;
    const int spare_x = (int)c->width - (int)width, spare_y = (int)c->height - (int)height;
    s->pan_x = spare_x >= 0 ? 0 : clamp(s->pan_x, spare_x / 2, -(spare_x / 2));
    s->pan_y = spare_y >= 0 ? 0 : clamp(s->pan_y, spare_y / 2, -(spare_y / 2));
    s->x = spare_x / 2 + s->pan_x;
    s->y = spare_y / 2 + s->pan_y;
}

// The pixels to show, s->width * 4 bytes a row.
static const uint8_t *pixels_of(struct show *s, const struct view_frame *f, int which)
{
    const uint8_t *pixels = which == PAINTED ? f->painted : f->pixels;
    const size_t size = (size_t)s->width * s->height * 4;

    if (s->width == f->width && s->height == f->height)
        return pixels;
    if (size > s->room[which]) {
        free(s->scaled[which]);
        s->scaled[which] = malloc(size);
        s->room[which] = s->scaled[which] ? size : 0;
        if (!s->scaled[which])
            return NULL;
    }
    if (!s->valid[which])
        paint_kernels()->scale_rows(&(struct artem_scale){.full_width = f->width,
                                                          .full_height = f->height,
                                                          .width = s->width,
                                                          .height = s->height,
                                                          .in = pixels,
                                                          .in_stride = (size_t)f->width * 4,
                                                          .out = s->scaled[which],
                                                          .out_stride = (size_t)s->width * 4},
                                    0, s->height);
    s->valid[which] = true;
    return s->scaled[which];
}

// Columns from..to of the frame.
static void draw_columns(const struct show *s, const uint8_t *pixels, int from, int to, struct canvas *c)
{
    const int left = clamp(s->x + from, 0, (int)c->width), right = clamp(s->x + to, 0, (int)c->width);
    const int top = clamp(s->y, 0, (int)c->height), bottom = clamp(s->y + (int)s->height, 0, (int)c->height);

    for (int y = top; y < bottom && left < right; y++)
        memcpy(c->rgba + ((size_t)y * c->width + (size_t)left) * 4,
               pixels + ((size_t)(y - s->y) * s->width + (size_t)(left - s->x)) * 4, (size_t)(right - left) * 4);
}

int show_view_left(const struct show *s, const struct view_frame *f, uint32_t view)
{
    return (int)(s->width * view / f->views);
}

int show_split_x(const struct show *s, const struct view_frame *f, const struct view_state *state, uint32_t view)
{
    const int left = show_view_left(s, f, view), width = show_view_left(s, f, view + 1) - left;

    return s->x + left + (int)(state->split * width + 0.5);
}

double show_split_at(const struct show *s, const struct view_frame *f, double x)
{
    for (uint32_t i = 0; i < f->views; i++) {
        const int left = s->x + show_view_left(s, f, i), right = s->x + show_view_left(s, f, i + 1);
        if (x >= left && (x < right || i == f->views - 1) && right > left)
            return x >= right ? 1 : (x - left) / (right - left);
    }
    return x < s->x ? 0 : -1;
}

static void draw_line(const struct show *s, int x, struct canvas *c)
{
    const int top = clamp(s->y, 0, (int)c->height), bottom = clamp(s->y + (int)s->height, 0, (int)c->height);

    canvas_fill(c, (struct area){x - 2, top, 4, bottom - top}, line_shade);
    canvas_fill(c, (struct area){x - 1, top, 2, bottom - top}, line_color);
}

static void clear_beside(const struct show *s, struct canvas *c)
{
    const int width = (int)c->width, height = (int)c->height, right = s->x + (int)s->width,
              bottom = s->y + (int)s->height;

    canvas_fill(c, (struct area){0, 0, width, s->y}, background);
    canvas_fill(c, (struct area){0, bottom, width, height - bottom}, background);
    canvas_fill(c, (struct area){0, s->y, s->x, (int)s->height}, background);
    canvas_fill(c, (struct area){right, s->y, width - right, (int)s->height}, background);
}

bool show_draw(struct show *s, const struct view_frame *f, const struct view_state *state, struct canvas *c)
{
    const bool split = state->split_on && !state->original;

    if (!f->pixels) {
        s->width = s->height = 0;
        canvas_fill(c, (struct area){0, 0, (int)c->width, (int)c->height}, background);
        return true;
    }
    place(s, f, state, c);
    const uint8_t *original = split || state->original ? pixels_of(s, f, ORIGINAL) : NULL;
    const uint8_t *painted = state->original ? original : pixels_of(s, f, PAINTED);
    if (!painted || (split && !original))
        return demo_error("no memory to show the picture");
    clear_beside(s, c);
    for (uint32_t i = 0; i < f->views; i++) {
        const int left = show_view_left(s, f, i), right = show_view_left(s, f, i + 1);
        const int middle = split ? show_split_x(s, f, state, i) - s->x : left;
        if (split)
            draw_columns(s, original, left, middle, c);
        draw_columns(s, painted, middle, right, c);
        if (split && middle > left && middle < right)
            draw_line(s, s->x + middle, c);
    }
    return true;
}
