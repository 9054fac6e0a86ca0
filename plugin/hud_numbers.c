// SPDX-License-Identifier: Apache-2.0
#include "hud_numbers.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/font.h"

static const uint64_t window_ns = 2000000000;
static const float pause_ms = 1000; // between frames: none of the app's rate

static const struct hud_frame *frame_back(const struct hud_history *history, uint64_t back)
{
    return &history->frames[(history->count - 1 - back) % HUD_HISTORY];
}

static uint64_t kept(const struct hud_history *history)
{
    return history->count < HUD_HISTORY ? history->count : HUD_HISTORY;
}

void hud_history_add(struct hud_history *history, const struct artem_frame_record *record, double gpu_ms, bool paused,
                     uint64_t now_ns)
{
    const bool styled = record->decision == ARTEM_DECISION_STYLED;

    history->frames[history->count++ % HUD_HISTORY] = (struct hud_frame){
        .time_ns = now_ns,
        .interval_ms = (float)record->interval_ms,
        .layer_ms = (float)record->layer_ms,
        .gpu_ms = styled ? (float)gpu_ms : NAN,
        .styled = styled,
        .missed = artem_frame_record_missed(record),
    };
    history->missed += artem_frame_record_missed(record);
    history->latest = *record;
    history->paused = paused;
}

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

// The value of which `percent` of a hundred are not greater; NaN of none. Sorts.
static double percentile(float *values, uint32_t count, uint32_t percent)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, compare);
    return values[((uint64_t)count * percent + 99) / 100 - 1];
}

struct summary {
    double fps, layer_p50, layer_p99, gpu_p50, gpu_p99;
    uint32_t frames, missed;
};

static struct summary summarise(const struct hud_history *history, uint64_t now_ns)
{
    float layer[HUD_HISTORY], gpu[HUD_HISTORY];
    uint32_t layers = 0, gpus = 0, intervals = 0;
    struct summary s = {0};
    double ms = 0;

    for (uint64_t i = 0; i < kept(history); i++) {
        const struct hud_frame *frame = frame_back(history, i);

        if (now_ns - frame->time_ns > window_ns)
            break;
        s.frames++;
        if (frame->interval_ms > 0 && frame->interval_ms < pause_ms) {
            ms += frame->interval_ms;
            intervals++;
        }
        s.missed += frame->missed;
        if (frame->styled)
            layer[layers++] = frame->layer_ms;
        if (frame->gpu_ms > 0)
            gpu[gpus++] = frame->gpu_ms;
    }
    s.fps = ms > 0 ? 1e3 * intervals / ms : 0;
    s.layer_p50 = percentile(layer, layers, 50);
    s.layer_p99 = percentile(layer, layers, 99);
    s.gpu_p50 = percentile(gpu, gpus, 50);
    s.gpu_p99 = percentile(gpu, gpus, 99);
    return s;
}

// A line of the panel that is being written, word by word.
struct pen {
    const struct hud_canvas *canvas;
    int x, y;
};

static void __attribute__((format(printf, 3, 4))) print(struct pen *pen, enum hud_color color, const char *format, ...)
{
    char text[128], shown[HUD_COLUMNS + 1];
    const int left = (HUD_MARGIN + HUD_COLUMNS * HUD_COLUMN - pen->x) / HUD_COLUMN; // columns
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    font_fold(text, shown, left < 0 ? 1 : (size_t)left + 1);
    hud_canvas_text(pen->canvas, pen->x, pen->y, color, shown);
    pen->x += (int)strlen(shown) * HUD_COLUMN;
}

static void next_line(struct pen *pen)
{
    pen->x = HUD_MARGIN;
    pen->y += HUD_ROW;
}

static void print_ms(struct pen *pen, enum hud_color color, double ms)
{
    if (isnan(ms))
        print(pen, HUD_DIM, "    -");
    else
        print(pen, color, ms < 100 ? "%5.2f" : "%5.0f", ms);
}

static void print_times(struct pen *pen, const char *name, double p50, double p99, double budget_ms)
{
    print(pen, HUD_DIM, "%-6s", name);
    print_ms(pen, HUD_TEXT, p50);
    print(pen, HUD_DIM, " ms  p99 ");
    print_ms(pen, budget_ms > 0 && p99 > budget_ms ? HUD_WARN : HUD_TEXT, p99);
    print(pen, HUD_DIM, " ms");
    next_line(pen);
}

static void print_style(struct pen *pen, const struct artem_frame_record *latest)
{
    print(pen, HUD_DIM, "style ");
    print(pen, HUD_TEXT, "%s", latest->style[0] != '\0' ? latest->style : "-");
    next_line(pen);
    print(pen, HUD_DIM, "at    ");
    if (latest->style_width > 0)
        print(pen, HUD_TEXT, "%ux%u", latest->style_width, latest->style_height);
    else
        print(pen, HUD_TEXT, "-");
    print(pen, HUD_DIM, "  age ");
    if (isnan(latest->style_age_ms))
        print(pen, HUD_TEXT, "-");
    else
        print(pen, HUD_TEXT, "%.0f ms", latest->style_age_ms);
    next_line(pen);
}

static void print_state(struct pen *pen, const struct hud_history *history)
{
    const struct artem_frame_record *latest = &history->latest;
    const bool styled = latest->decision == ARTEM_DECISION_STYLED;
    const bool deferred = styled && latest->pace == ARTEM_PACE_DEFERRED;

    print(pen, HUD_DIM, "state ");
    if (styled)
        print(pen, HUD_GOOD, "styled");
    else if (latest->decision == ARTEM_DECISION_DISABLED)
        print(pen, HUD_TEXT, "off");
    else
        print(pen, HUD_WARN, "original: %s", artem_decision_name(latest->decision));
    if (history->paused)
        print(pen, HUD_WARN, " (paused)");
    if (deferred)
        print(pen, HUD_WARN, " (%s)", artem_pace_name(latest->pace));
    if (latest->budget_ms > 0)
        print(pen, HUD_DIM, deferred ? " of %.4g ms" : "  budget %.4g ms", latest->budget_ms);
    next_line(pen);
}

static void print_numbers(const struct hud_history *history, const struct hud_cost *cost, uint64_t now_ns,
                          const struct hud_canvas *canvas)
{
    const struct summary s = summarise(history, now_ns);
    struct pen pen = {canvas, HUD_MARGIN, HUD_MARGIN};

    print(&pen, HUD_GOOD, "Art'Em");
    pen.x = HUD_MARGIN + (HUD_COLUMNS - 9) * HUD_COLUMN;
    print(&pen, HUD_TEXT, "%5.1f", s.fps < 1000 ? s.fps : 999.9);
    print(&pen, HUD_DIM, " fps");
    next_line(&pen);
    print_times(&pen, "layer", s.layer_p50, s.layer_p99, history->latest.budget_ms);
    print_times(&pen, "gpu", s.gpu_p50, s.gpu_p99, 0);
    print_style(&pen, &history->latest);
    print(&pen, HUD_DIM, "missed ");
    print(&pen, s.missed > 0 ? HUD_BAD : HUD_TEXT, "%u of %u", s.missed, s.frames);
    print(&pen, HUD_DIM, ", %llu in all", (unsigned long long)history->missed);
    next_line(&pen);
    print_state(&pen, history);
    print(&pen, HUD_DIM, "hud %.2f + gpu %.2f ms, %.0f times/s", cost->cpu_ms, cost->gpu_ms, cost->per_second);
}

// The top of the plot in milliseconds: twice the usual interval, so that a frame of two intervals just fits.
static double choose_scale(const struct hud_history *history)
{
    float intervals[HUD_PLOT_FRAMES];
    uint32_t count = 0;
    double usual;

    for (; count < kept(history) && count < HUD_PLOT_FRAMES; count++)
        intervals[count] = frame_back(history, count)->interval_ms;
    usual = percentile(intervals, count, 50);
    return usual > 0 ? 2 * usual : 20;
}

// For each frame, the latest at the right: time in the layer as a bar, the interval as a mark above it.
static void draw_plot(const struct hud_history *history, const struct hud_canvas *canvas)
{
    const int top = HUD_ROWS * HUD_ROW + 2 * HUD_MARGIN, bottom = top + HUD_PLOT_HEIGHT;
    const double scale = choose_scale(history), budget = history->latest.budget_ms;
    const int right = HUD_MARGIN + HUD_COLUMNS * HUD_COLUMN;
    char label[16];

    for (uint64_t i = 0; i < kept(history) && i < HUD_PLOT_FRAMES; i++) {
        const struct hud_frame *frame = frame_back(history, i);
        const int x = right - 2 * (int)(i + 1);
        const int layer = (int)fmin(frame->layer_ms / scale * HUD_PLOT_HEIGHT + 0.5, HUD_PLOT_HEIGHT);
        const int interval = (int)fmin(frame->interval_ms / scale * HUD_PLOT_HEIGHT + 0.5, HUD_PLOT_HEIGHT);

        hud_canvas_fill(canvas, x, bottom - layer, 2, layer, frame->styled ? HUD_GOOD : HUD_DIM);
        hud_canvas_fill(canvas, x, bottom - interval, 2, 2, frame->missed ? HUD_BAD : HUD_TEXT);
    }
    for (int x = HUD_MARGIN; budget > 0 && budget < scale && x < right; x += 8)
        hud_canvas_fill(canvas, x, bottom - (int)(budget / scale * HUD_PLOT_HEIGHT), 4, 1, HUD_WARN);
    hud_canvas_fill(canvas, HUD_MARGIN, bottom, HUD_COLUMNS * HUD_COLUMN, 1, HUD_DIM);
    snprintf(label, sizeof label, scale < 100 ? "%.3g ms" : "%.0f ms", scale);
    hud_canvas_text(canvas, HUD_MARGIN, top, HUD_DIM, label);
}

void hud_numbers_draw(const struct hud_history *history, const struct hud_cost *cost, uint64_t now_ns,
                      const struct hud_canvas *canvas)
{
    hud_canvas_fill(canvas, 0, 0, canvas->width, canvas->height, HUD_GROUND);
    print_numbers(history, cost, now_ns, canvas);
    if (history->count > 0)
        draw_plot(history, canvas);
}
