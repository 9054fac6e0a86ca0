// SPDX-License-Identifier: Apache-2.0
// Frame times: one bar a frame, its parts stacked, with percentiles.
#include "overlay.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 176, PLOT_HEIGHT = 64, LINE = 11, AXIS = 26, COLUMN = 34 };

static const struct {
    const char *name;
    canvas_color color;
} parts[TIMING_PARTS] = {[TIMING_CAPTURE] = {"Capture", 0x73d0ffff},
                         [TIMING_NETWORK] = {"Network", 0xffb454ff},
                         [TIMING_COMPOSITE] = {"Composite", 0xbae67eff},
                         [TIMING_ALL] = {"All", OVERLAY_TEXT}};

// A round number of milliseconds, at least as large.
static double round_up(double ms)
{
    const double power = pow(10, floor(log10(ms > 0.5 ? ms : 0.5)));
    static const double steps[] = {1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= ms)
            return steps[i] * power;
    return 10 * power;
}

static void draw_right(struct canvas *canvas, int right, int y, int ui, canvas_color color, const char *text)
{
    canvas_text(canvas, right - canvas_text_width(ui, text), y, ui, color, text);
}

static void draw_number(struct canvas *canvas, int right, int y, int ui, double ms)
{
    char text[32];

    snprintf(text, sizeof text, ms < 99.95 ? "%.1f" : "%.0f", ms);
    draw_right(canvas, right, y, ui, OVERLAY_TEXT, text);
}

static void draw_table(struct canvas *canvas, int ui, int x, int y, int right, const struct timing *timing)
{
    canvas_text(canvas, x, y, ui, OVERLAY_DIM, "Times, ms");
    draw_right(canvas, right - COLUMN * ui, y, ui, OVERLAY_DIM, "p50");
    draw_right(canvas, right, y, ui, OVERLAY_DIM, "p99");
    for (int part = 0; part < TIMING_PARTS; part++) {
        y += LINE * ui;
        if (part != TIMING_ALL)
            canvas_fill(canvas, (struct area){x, y, 7 * ui, 7 * ui}, parts[part].color);
        canvas_text(canvas, x + 11 * ui, y, ui, OVERLAY_TEXT, parts[part].name);
        draw_number(canvas, right - COLUMN * ui, y, ui, timing_percentile(timing, part, 50));
        draw_number(canvas, right, y, ui, timing_percentile(timing, part, 99));
    }
}

static void draw_grid(struct canvas *canvas, int ui, struct area plot, double most)
{
    char text[32];

    for (int i = 0; i <= 2; i++) {
        const int y = plot.y + plot.height * (2 - i) / 2;
        canvas_fill(canvas, (struct area){plot.x, y - (i == 0 ? 0 : 1), plot.width, 1}, 0xffffff30);
        snprintf(text, sizeof text, "%g", most * i / 2);
        draw_right(canvas, plot.x - 3 * ui, y - canvas_text_height(ui) / 2, ui, OVERLAY_DIM, text);
    }
}

static void draw_bars(struct canvas *canvas, int ui, struct area plot, double most, const struct timing *timing)
{
    const size_t bars = (size_t)(plot.width / ui), kept = timing_kept(timing);

    for (size_t ago = 0; ago < bars && ago < kept; ago++) {
        const double *ms = timing_frame(timing, ago);
        const int x = plot.x + plot.width - (int)(ago + 1) * ui;
        double sum = 0;
        int below = plot.y + plot.height;
        for (int part = 0; part < TIMING_ALL; part++) {
            sum += ms[part];
            int top = plot.y + plot.height - (int)(fmin(sum / most, 1) * plot.height + 0.5);
            canvas_fill(canvas, (struct area){x, top, ui, below - top}, parts[part].color);
            below = top;
        }
    }
}

static void draw_budget(struct canvas *canvas, int ui, struct area plot, double most, double budget_ms)
{
    const int y = plot.y + plot.height - (int)(budget_ms / most * plot.height + 0.5);

    // So near the bottom it would tell nothing.
    if (budget_ms <= 0 || budget_ms > most || budget_ms < most / 12)
        return;
    for (int x = plot.x; x < plot.x + plot.width; x += 6 * ui)
        canvas_fill(canvas, (struct area){x, y, 3 * ui, 1}, OVERLAY_ERROR);
    if (y - plot.y > 10 * ui)
        canvas_text(canvas, plot.x + 2 * ui, y - 9 * ui, ui, OVERLAY_ERROR, "Budget");
}

void plot_draw(struct canvas *canvas, int ui, const struct timing *timing, double budget_ms)
{
    const int margin = OVERLAY_MARGIN * ui, pad = OVERLAY_PADDING * ui, table = LINE * (TIMING_PARTS + 1) * ui;
    const struct area panel = {(int)canvas->width - margin - WIDTH * ui, margin, WIDTH * ui,
                               2 * pad + table + (PLOT_HEIGHT + 7) * ui};
    const struct area plot = {panel.x + pad + AXIS * ui, panel.y + pad + table + 4 * ui,
                              panel.width - 2 * pad - AXIS * ui, PLOT_HEIGHT * ui};
    const double most = round_up(fmax(timing_percentile(timing, TIMING_ALL, 99) * 1.15, 1));

    overlay_panel(canvas, panel);
    draw_table(canvas, ui, panel.x + pad, panel.y + pad, panel.x + panel.width - pad, timing);
    draw_grid(canvas, ui, plot, most);
    draw_bars(canvas, ui, plot, most, timing);
    draw_budget(canvas, ui, plot, most, budget_ms);
}
