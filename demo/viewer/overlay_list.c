// SPDX-License-Identifier: Apache-2.0
// The list of styles, with bars for strength and share.
#include "overlay.h"

#include <stdio.h>
#include <stdlib.h>

#include "artem_kernels/picture.h"
#include "paint.h"

enum { WIDTH = 152, ROW_MOST = 26, ROW_LEAST = 13, FOOTER_LINE = 15, KEY_WIDTH = 11, TWO_LINES = 21 };

static int footer_height(int ui, const struct view_state *state)
{
    return (FOOTER_LINE * (1 + (state->blend_on ? 1 : 0) + (state->keep > 0 ? 1 : 0) + (state->text > 0 ? 1 : 0)) + 4) *
           ui;
}

struct list_layout list_layout(const struct canvas *canvas, int ui, const struct view_state *state)
{
    const int margin = OVERLAY_MARGIN * ui, pad = OVERLAY_PADDING * ui;
    const int below = margin + (state->show & SHOW_HUD ? hud_height(ui) : 0) + footer_height(ui, state);
    const int room = (int)canvas->height - margin - below - 2 * pad;
    struct list_layout l = {.rows = state->style_count};

    l.row_height = room / (l.rows > 0 ? l.rows : 1);
    if (l.row_height > ROW_MOST * ui)
        l.row_height = ROW_MOST * ui;
    if (l.row_height < ROW_LEAST * ui) {
        l.row_height = ROW_LEAST * ui;
        l.rows = room / l.row_height > 1 ? room / l.row_height : 1;
        l.first = state->style - l.rows / 2;
        if (l.first > state->style_count - l.rows)
            l.first = state->style_count - l.rows;
        if (l.first < 0)
            l.first = 0;
    }
    l.panel = (struct area){margin, margin, WIDTH * ui, l.rows * l.row_height + 2 * pad + footer_height(ui, state)};
    l.rows_y = margin + pad;
    return l;
}

int list_style_at(const struct list_layout *l, double x, double y, bool *out_inside)
{
    const struct area *p = &l->panel;
    const int row = ((int)y - l->rows_y) / l->row_height;

    *out_inside = x >= p->x && x < p->x + p->width && y >= p->y && y < p->y + p->height;
    return *out_inside && y >= l->rows_y && row < l->rows ? l->first + row : -1;
}

static void draw_thumb(struct canvas *canvas, int x, int y, int side, const struct image *thumb)
{
    const uint32_t to = (uint32_t)side;
    uint8_t *small = NULL;

    if (thumb->rgba && thumb->width >= to && thumb->height >= to && (small = malloc((size_t)side * side * 4))) {
        paint_kernels()->scale_rows(&(struct artem_scale){.full_width = thumb->width,
                                                          .full_height = thumb->height,
                                                          .width = to,
                                                          .height = to,
                                                          .in = thumb->rgba,
                                                          .in_stride = (size_t)thumb->width * 4,
                                                          .out = small,
                                                          .out_stride = (size_t)to * 4},
                                    0, to);
        canvas_picture(canvas, x, y, small, side, side);
    } else {
        canvas_fill(canvas, (struct area){x, y, side, side}, 0x2a303aff);
    }
    free(small);
}

static void draw_row(struct canvas *canvas, int ui, const struct list_layout *l, const struct view_state *state,
                     const struct style_list *styles, int row)
{
    const int place = l->first + row, y = l->rows_y + row * l->row_height, x = l->panel.x;
    const struct style_entry *style = &styles->entries[place];
    const bool chosen = place == state->style, second = state->blend_on && place == state->second;
    const int gap = ui, side = l->row_height - 2 * gap, small = ui > 1 ? ui / 2 : 1;
    const int thumb_x = x + (4 + KEY_WIDTH) * ui, text_x = thumb_x + side + 4 * ui;
    const int room = x + l->panel.width - text_x - 4 * ui;
    const bool two_lines = l->row_height >= TWO_LINES * ui && style->title[0];
    const canvas_color color = chosen ? OVERLAY_ACCENT : second ? OVERLAY_SECOND : OVERLAY_TEXT;
    const int line = canvas_text_height(ui), text_y = y + (l->row_height - line) / 2 - (two_lines ? 3 * ui : 0);
    char key[2] = {place < 9 ? (char)('1' + place) : '0', 0};

    if (chosen || second) {
        canvas_fill(canvas, (struct area){x, y, l->panel.width, l->row_height}, (color & 0xffffff00) | 0x24);
        canvas_fill(canvas, (struct area){x, y, 2 * ui, l->row_height}, color);
    }
    if (place < 10)
        canvas_text(canvas, x + 6 * ui, y + (l->row_height - line) / 2, ui, chosen ? color : OVERLAY_DIM, key);
    draw_thumb(canvas, thumb_x, y + gap, side, &style->thumb);
    canvas_text_cut(canvas, text_x, text_y, ui, room, color, style->label);
    if (two_lines)
        canvas_text_cut(canvas, text_x, text_y + line + 3 * ui, small, room, OVERLAY_DIM, style->title);
}

static int draw_bar(struct canvas *canvas, int ui, struct area panel, int y, const char *name, uint32_t value,
                    canvas_color color)
{
    const int left = panel.x + 6 * ui, width = panel.width - 12 * ui, text_y = y;
    char percent[16];

    snprintf(percent, sizeof percent, "%u %%", (value * 100 + 128) / 256);
    canvas_text_cut(canvas, left, text_y, ui, width - 34 * ui, OVERLAY_TEXT, name);
    canvas_text(canvas, left + width - canvas_text_width(ui, percent), text_y, ui, OVERLAY_TEXT, percent);
    y += canvas_text_height(ui) + 2 * ui;
    canvas_fill(canvas, (struct area){left, y, width, 2 * ui}, 0xffffff28);
    canvas_fill(canvas, (struct area){left, y, (int)((uint32_t)width * value / 256), 2 * ui}, color);
    return text_y + FOOTER_LINE * ui;
}

void list_draw(struct canvas *canvas, int ui, const struct view_state *state, const struct style_list *styles)
{
    const struct list_layout l = list_layout(canvas, ui, state);
    int y = l.rows_y + l.rows * l.row_height + 6 * ui;

    overlay_panel(canvas, l.panel);
    for (int row = 0; row < l.rows; row++)
        draw_row(canvas, ui, &l, state, styles, row);
    y = draw_bar(canvas, ui, l.panel, y, "Strength", state->original ? 0 : state->strength, OVERLAY_ACCENT);
    if (state->blend_on)
        y = draw_bar(canvas, ui, l.panel, y, styles->entries[state->second].label, state->blend, OVERLAY_SECOND);
    if (state->keep > 0)
        y = draw_bar(canvas, ui, l.panel, y, "Own colour", state->keep, OVERLAY_DIM);
    if (state->text > 0)
        draw_bar(canvas, ui, l.panel, y, "Writing", state->text, OVERLAY_DIM);
}
