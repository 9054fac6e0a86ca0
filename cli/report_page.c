// SPDX-License-Identifier: Apache-2.0
// The page: one file, nothing loaded from anywhere, well-formed as XML too.
#include <math.h>

#include "monado.h"
#include "report.h"

// ---- Head and tiles ----

static void write_head(FILE *out, const char *name, const struct report_log *log, const struct report_numbers *n)
{
    const char *app = report_log_meta(log, "app"), *version = report_log_meta(log, "layer_version");
    const char *opened = report_log_meta(log, "opened");

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>Art'Em report: ",
          out);
    report_html_text(out, app ? app : name);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<header>\n<h1>", report_css);
    report_html_text(out, app && app[0] ? app : name);
    fputs("</h1>\n<p>Art'Em frame report of ", out);
    report_html_text(out, name);
    if (opened) {
        fputs(" &#183; ", out);
        report_html_text(out, opened);
    }
    if (version) {
        fputs(" &#183; layer ", out);
        report_html_text(out, version);
    }
    if (log->sessions > 1)
        fprintf(out, " &#183; %zu sessions, one after the other", log->sessions);
    if (log->cut_off)
        fputs(" &#183; the last line is not whole and is left out", out);
    fprintf(out, " &#183; %.1f s</p>\n</header>\n", n->seconds);
}

// number: "12.3"; unit: in small print behind it; label: below.
static void write_tile(FILE *out, const char *number, const char *unit, const char *label)
{
    fprintf(out, "<div class=\"tile\"><b>%s <small>%s</small></b><span>%s</span></div>\n", number, unit, label);
}

static void write_time_tile(FILE *out, double ms, size_t count, const char *label)
{
    char text[40] = "n/a";

    if (count > 0)
        snprintf(text, sizeof text, ms < 10 ? "%.2f" : "%.1f", ms);
    write_tile(out, text, count > 0 ? "ms" : "", label);
}

static void write_missed_tile(FILE *out, const struct report_numbers *n)
{
    char text[40] = "n/a", label[120] = "missed display times: not available, no clock to compare with";

    if (n->timed > 0) {
        snprintf(text, sizeof text, "%zu", n->missed);
        snprintf(label, sizeof label, "missed display times, of %zu frames", n->timed);
    }
    write_tile(out, text, "", label);
}

static void write_overhead_tile(FILE *out, const struct report_numbers *n)
{
    const struct report_times *t = &n->times[REPORT_OVERHEAD];
    char text[40] = "n/a", label[120] = "measuring itself";

    if (t->count > 0) {
        snprintf(text, sizeof text, "%.3f", t->p50);
        snprintf(label, sizeof label, "measuring itself, p50; p99 %.3f ms; %.3f&#160;%% of the time", t->p99,
                 100 * n->overhead_share);
    }
    write_tile(out, text, t->count > 0 ? "ms" : "", label);
}

static void write_tiles(FILE *out, const struct report_numbers *n)
{
    char text[40], label[80];
    const struct report_times *layer = &n->times[REPORT_LAYER];

    fputs("<section class=\"tiles\">\n", out);
    snprintf(text, sizeof text, "%zu", n->frames);
    write_tile(out, text, "", "frames");
    snprintf(text, sizeof text, "%.1f", 100 * n->styled_share);
    write_tile(out, text, "%", "painted");
    snprintf(text, sizeof text, "%.1f", n->frames_per_second);
    write_tile(out, text, "fps", "frame rate of the app");
    write_time_tile(out, layer->p50, layer->count, "layer time, p50");
    write_time_tile(out, layer->p99, layer->count, "layer time, p99");
    snprintf(text, sizeof text, "%zu", n->over_budget);
    snprintf(label, sizeof label, "painted frames over budget, of %zu", n->budgeted);
    write_tile(out, n->budgeted > 0 ? text : "n/a", "",
               n->budgeted > 0 ? label : "painted frames over budget: none was set");
    write_missed_tile(out, n);
    write_overhead_tile(out, n);
    fputs("</section>\n", out);
}

// ---- Tables ----

static void write_times_row(FILE *out, const char *label, const struct report_times *t)
{
    if (t->count == 0)
        fprintf(out, "<tr><th>%s</th><td colspan=\"6\">not measured</td></tr>\n", label);
    else
        fprintf(out,
                "<tr><th>%s</th><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%zu</td></tr>\n",
                label, t->p50, t->p95, t->p99, t->p999, t->max, t->count);
}

static void write_slack(FILE *out, const char *name, const struct report_times *lack)
{
    if (lack->count > 0)
        fprintf(out,
                "<tr><th>%s <span class=\"note\">(p50, p5, p1, p0.1, least)</span></th><td>%.3f</td><td>%.3f</td>"
                "<td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%zu</td></tr>\n",
                name, -lack->p50, -lack->p95, -lack->p99, -lack->p999, -lack->max, lack->count);
}

static void write_times(FILE *out, const struct report_numbers *n)
{
    static const char *const labels[REPORT_TIMES] = {
        [REPORT_LAYER] = "Layer",
        [REPORT_NETWORK] = "Network",
        [REPORT_CAPTURE] = "Capture",
        [REPORT_COMPOSITE] = "Composite",
        [REPORT_CAPTURE_LEFT] = "Capture, left eye",
        [REPORT_CAPTURE_RIGHT] = "Capture, right eye",
        [REPORT_COMPOSITE_LEFT] = "Composite, left eye",
        [REPORT_COMPOSITE_RIGHT] = "Composite, right eye",
        [REPORT_STYLE_AGE] = "Age of the painting",
        [REPORT_GPU] = "GPU work added",
        [REPORT_INTERVAL] = "Frame interval",
        [REPORT_RELEASE] = "Layer, at release",
        [REPORT_OVERHEAD] = "Measuring itself",
    };

    fputs("<h2>Times in milliseconds</h2>\n<div class=\"card\"><table>\n<thead><tr><th>of</th><th>p50</th><th>p95</th>"
          "<th>p99</th><th>p99.9</th><th>longest</th><th>frames</th></tr></thead>\n<tbody>\n",
          out);
    write_slack(out, "Slack", &n->lack);
    write_slack(out, "Slack on the GPU", &n->gpu_lack);
    for (int k = 0; k < REPORT_TIMES; k++) {
        const struct report_times *t = &n->times[k];
        bool eye = k >= REPORT_CAPTURE_LEFT && k <= REPORT_COMPOSITE_RIGHT;
        if (t->count > 0 || !eye)
            write_times_row(out, labels[k], t);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_decisions(FILE *out, const struct report_numbers *n)
{
    static const char *const meanings[ARTEM_DECISION_COUNT] = {
        [ARTEM_DECISION_STYLED] = "shown as a painting",
        [ARTEM_DECISION_DISABLED] = "switched off (enabled = off)",
        [ARTEM_DECISION_WARMUP] = "the swapchain was new",
        [ARTEM_DECISION_BUDGET] = "original: painting takes longer than the budget",
        [ARTEM_DECISION_UNSUPPORTED] = "original: a kind of frame that is not painted",
        [ARTEM_DECISION_ERROR] = "original: something failed, see the log",
        [ARTEM_DECISION_LATE] = "original: the painting was not done in time",
    };

    fputs("<h2>Decisions</h2>\n<div class=\"card\"><table>\n<thead><tr><th>decision</th><th>frames</th><th>share</th>"
          "</tr></thead>\n<tbody>\n",
          out);
    for (int d = 0; d < ARTEM_DECISION_COUNT; d++)
        if (n->by_decision[d] > 0) {
            const char *name = artem_decision_name((enum artem_decision)d);
            fprintf(out,
                    "<tr><th><i class=\"%s\"></i>%s: <span class=\"note\">%s</span></th><td>%zu</td>"
                    "<td>%.1f&#160;%%</td></tr>\n",
                    name, name, meanings[d], n->by_decision[d], 100.0 * (double)n->by_decision[d] / (double)n->frames);
        }
    fprintf(out,
            "</tbody></table></div>\n<p class=\"note below\">Scene cuts, for which the engine ran twice: %zu.</p>\n",
            n->cuts);
}

static void write_governor(FILE *out, const struct report_log *log, const struct report_numbers *n)
{
    static const char *const paces[ARTEM_PACE_COUNT] = {"every frame", "every other frame", "originals"};
    static const char *const reasons[ARTEM_REASON_COUNT] = {
        [ARTEM_REASON_SETTINGS] = "settings",
        [ARTEM_REASON_OVER] = "four of eight paintings over budget",
        [ARTEM_REASON_LATE] = "a painting was later than any rung allows",
        [ARTEM_REASON_P95] = "95th percentile over budget",
        [ARTEM_REASON_FITS] = "more fits",
        [ARTEM_REASON_PROBE] = "it fits again",
    };
    enum { ROWS = 50 };
    size_t rows = 0;
    double seconds = 0;

    fprintf(out,
            "<h2>Budget</h2>\n<p class=\"note\">Frames ordered: %zu every frame, %zu every other, %zu originals.</p>\n",
            n->by_pace[ARTEM_PACE_EVERY], n->by_pace[ARTEM_PACE_DEFERRED], n->by_pace[ARTEM_PACE_NONE]);
    fputs("<div "
          "class=\"card\"><table>\n<thead><tr><th>change</th><th>at</th><th>painting</th><th>load</th><th>budget</th></"
          "tr>"
          "</thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < log->count; i++) {
        const struct artem_frame_record *f = &log->frames[i];
        seconds += isfinite(f->interval_ms) ? f->interval_ms / 1000 : 0;
        if (f->change == ARTEM_REASON_NONE || rows++ >= ROWS)
            continue;
        fprintf(out, "<tr><th>%s</th><td>%.2f s</td><td>%s</td><td>%.2f ms</td><td>%.2f ms</td></tr>\n",
                reasons[f->change], seconds, paces[f->pace], f->load_ms, isfinite(f->budget_ms) ? f->budget_ms : 0);
    }
    if (rows == 0)
        fputs("<tr><th>none</th><td colspan=\"4\">it stayed on its rung</td></tr>\n", out);
    fputs("</tbody></table></div>\n", out);
    if (rows > ROWS)
        fprintf(out, "<p class=\"note below\">And %zu more.</p>\n", rows - ROWS);
}

static void write_monado(FILE *out, const struct report_numbers *n, const struct monado_numbers *m)
{
    fputs(
        "<h2>Beside Monado's metrics</h2>\n<div class=\"card\"><table>\n<thead><tr><th>milliseconds of</th><th>p50</th>"
        "<th>p95</th><th>p99</th><th>p99.9</th><th>longest</th><th>frames</th></tr></thead>\n<tbody>\n",
        out);
    write_times_row(out, "App, from waking up to handing over (Monado)", &m->app);
    write_times_row(out, "The layer's part of that (Art'Em)", &m->layer);
    write_times_row(out, "From Art'Em's stamp of the hand-over to Monado's", &m->difference);
    write_times_row(out, "GPU, after the hand-over (Monado)", &m->gpu);
    write_times_row(out, "GPU of the compositor (Monado)", &m->compositor_gpu);
    fputs("</tbody></table></div>\n", out);
    fprintf(
        out,
        "<p class=\"note below\">%zu of %zu frames found by their display time among %zu of Monado's%s; %zu never "
        "shown, "
        "%zu shown more than once. Late: %zu by Art'Em (handed over after the display time), %zu by Monado (its GPU "
        "work done after it), %zu by both, of %zu. Stamps in the wrong order: %zu.</p>\n",
        m->joined, n->frames, m->frames, m->cut_off ? " (its file is cut off)" : "", m->shown_never, m->shown_again,
        m->missed_ours, m->missed_theirs, m->missed_both, m->timed, m->early);
}

static void write_meta(FILE *out, const struct report_log *log)
{
    if (log->meta_count == 0)
        return;
    fputs("<h2>Session</h2>\n<div class=\"card\"><table class=\"meta\"><tbody>\n", out);
    for (size_t i = 0; i < log->meta_count; i++) {
        fputs("<tr><th>", out);
        report_html_text(out, log->meta[i].key);
        fputs("</th><td>", out);
        report_html_text(out, log->meta[i].value);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

bool report_write_page(FILE *out, const char *name, const struct report_log *log, const struct report_numbers *numbers,
                       const struct monado_numbers *monado)
{
    write_head(out, name, log, numbers);
    write_tiles(out, numbers);
    fputs("<h2>Over time</h2>\n", out);
    bool good = report_plot_time(out, log, numbers);
    report_plot_histogram(out, log, numbers);
    write_times(out, numbers);
    write_decisions(out, numbers);
    write_governor(out, log, numbers);
    if (monado != NULL)
        write_monado(out, numbers, monado);
    write_meta(out, log);
    fputs(
        "<footer>Percentiles by nearest rank. Layer, network, capture and composite count painted frames only; capture "
        "and composite are GPU times.</footer>\n</main>\n</body>\n</html>\n",
        out);
    return good;
}
