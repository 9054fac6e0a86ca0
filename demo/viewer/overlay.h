// SPDX-License-Identifier: Apache-2.0
// What lies over the picture: list of styles, times, a line of text, help, messages.
#ifndef ARTEM_VIEWER_OVERLAY_H
#define ARTEM_VIEWER_OVERLAY_H

#include "canvas.h"
#include "state.h"
#include "styles.h"
#include "timing.h"

// Colours and measures that the panels share. UI: pixels of the window for one of a design at half size.
#define OVERLAY_PANEL 0x0e1116d8u
#define OVERLAY_EDGE 0xffffff1cu
#define OVERLAY_TEXT 0xf2f4f8ffu
#define OVERLAY_DIM 0x9aa4b2ffu
#define OVERLAY_ACCENT 0xffb454ffu // the style
#define OVERLAY_SECOND 0x73d0ffff  // the one that is blended in
#define OVERLAY_ERROR 0xff7a6effu
enum { OVERLAY_MARGIN = 6, OVERLAY_PADDING = 5 };

void overlay_panel(struct canvas *canvas, struct area area);

// The list's rows in a window of that size; also for the mouse.
struct list_layout {
    struct area panel;
    int row_height, first, rows; // style `first` is the one in the topmost row
    int rows_y;
};
struct list_layout list_layout(const struct canvas *canvas, int ui, const struct view_state *state);
// The style at a point; -1: none. *out_inside: the point is on the panel.
int list_style_at(const struct list_layout *layout, double x, double y, bool *out_inside);
void list_draw(struct canvas *canvas, int ui, const struct view_state *state, const struct style_list *styles);

// BUDGET_MS 0: none.
void plot_draw(struct canvas *canvas, int ui, const struct timing *timing, double budget_ms);

// A line along the lower edge. Texts are cut to what fits, the right one last.
void hud_draw(struct canvas *canvas, int ui, const char *left, const char *right);
int hud_height(int ui);
void help_draw(struct canvas *canvas, int ui);
// A message above that line, if LIFTED, else at the edge.
void message_draw(struct canvas *canvas, int ui, const char *text, bool is_error, bool lifted);
// Beside a split's line, between LEFT and RIGHT, TOP being the picture's: what is on either side.
void split_labels_draw(struct canvas *canvas, int ui, int left, int x, int right, int bottom);

#endif
