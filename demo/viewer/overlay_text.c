// SPDX-License-Identifier: Apache-2.0
// Lines of text over the picture: where we are, help, messages.
#include "overlay.h"

#include <string.h>

#include "input.h"

void overlay_panel(struct canvas *canvas, struct area area)
{
    canvas_fill(canvas, area, OVERLAY_PANEL);
    canvas_border(canvas, area, 1, OVERLAY_EDGE);
}

int hud_height(int ui)
{
    return canvas_text_height(ui) + 8 * ui;
}

void hud_draw(struct canvas *canvas, int ui, const char *left, const char *right)
{
    const int pad = OVERLAY_MARGIN * ui, height = hud_height(ui), y = (int)canvas->height - height;
    const int width = (int)canvas->width - 2 * pad, right_width = canvas_text_width(ui, right);
    const int left_room = width - right_width - 8 * ui;

    canvas_fill(canvas, (struct area){0, y, (int)canvas->width, height}, OVERLAY_PANEL);
    if (left_room > 40 * ui) {
        canvas_text_cut(canvas, pad, y + 4 * ui, ui, left_room, OVERLAY_DIM, left);
        canvas_text(canvas, pad + width - right_width, y + 4 * ui, ui, OVERLAY_TEXT, right);
    } else {
        canvas_text_cut(canvas, pad, y + 4 * ui, ui, width, OVERLAY_TEXT, right);
    }
}

void help_draw(struct canvas *canvas, int ui)
{
    const int pad = 10 * ui, line = 12 * ui;
    int keys_width = 0, text_width = 0, count = 0;

    for (; input_help[count][0]; count++) {
        const int keys = canvas_text_width(ui, input_help[count][0]),
                  text = canvas_text_width(ui, input_help[count][1]);
        keys_width = keys > keys_width ? keys : keys_width;
        text_width = text > text_width ? text : text_width;
    }
    const int width = keys_width + text_width + 2 * pad + 10 * ui, height = (count + 2) * line + 2 * pad - 5 * ui;
    if (ui > 1 && (width > (int)canvas->width || height > (int)canvas->height)) {
        help_draw(canvas, ui - 1);
        return;
    }
    const int x = ((int)canvas->width - width) / 2, y = ((int)canvas->height - height) / 2;
    overlay_panel(canvas, (struct area){x, y, width, height});
    canvas_fill(canvas, (struct area){x, y, width, height}, 0x0e1116a0); // much text: hardly anything shines through
    canvas_text(canvas, x + pad, y + pad, ui, OVERLAY_ACCENT, "Keys");
    for (int i = 0; i < count; i++) {
        const int at = y + pad + (i + 2) * line - 4 * ui;
        canvas_text(canvas, x + pad, at, ui, OVERLAY_TEXT, input_help[i][0]);
        canvas_text(canvas, x + pad + keys_width + 10 * ui, at, ui, OVERLAY_DIM, input_help[i][1]);
    }
}

void message_draw(struct canvas *canvas, int ui, const char *text, bool is_error, bool lifted)
{
    const int pad = 6 * ui, margin = OVERLAY_MARGIN * ui, most = (int)canvas->width - 2 * margin - 2 * pad;
    const int wanted = canvas_text_width(ui, text), text_width = wanted < most ? wanted : most;
    const int height = canvas_text_height(ui) + 2 * pad, width = text_width + 2 * pad;
    const int x = ((int)canvas->width - width) / 2;
    const int y = (int)canvas->height - height - margin - (lifted ? hud_height(ui) : 0);

    overlay_panel(canvas, (struct area){x, y, width, height});
    canvas_text_cut(canvas, x + pad, y + pad, ui, text_width, is_error ? OVERLAY_ERROR : OVERLAY_TEXT, text);
}

static void draw_label(struct canvas *canvas, int ui, int x, int y, const char *text)
{
    canvas_fill(canvas, (struct area){x, y, canvas_text_width(ui, text) + 8 * ui, canvas_text_height(ui) + 6 * ui},
                OVERLAY_PANEL);
    canvas_text(canvas, x + 4 * ui, y + 3 * ui, ui, OVERLAY_TEXT, text);
}

void split_labels_draw(struct canvas *canvas, int ui, int left, int x, int right, int bottom)
{
    const char *const before = "Before", *const after = "After";
    const int height = canvas_text_height(ui) + 6 * ui, y = bottom - height - 4 * ui, gap = 4 * ui;
    const int before_x = x - gap - canvas_text_width(ui, before) - 8 * ui, after_x = x + gap;

    if (before_x >= left)
        draw_label(canvas, ui, before_x, y, before);
    if (after_x + canvas_text_width(ui, after) + 8 * ui <= right)
        draw_label(canvas, ui, after_x, y, after);
}
