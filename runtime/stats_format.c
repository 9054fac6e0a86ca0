// SPDX-License-Identifier: Apache-2.0
// Records to text: one table of columns for both kinds of file.
#include "stats_file.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind { COUNT64, TIME64, COUNT, SWITCH, DECISION, STYLE, PACE, REASON, MILLISECONDS, MISSED };

#define COLUMN(field, kind)                                                                                            \
    {                                                                                                                  \
#field, kind, offsetof(struct artem_frame_record, field)                                                       \
    }

static const struct column {
    const char *name;
    enum kind kind;
    size_t offset;
} columns[] = {
    COLUMN(frame, COUNT64),
    COLUMN(display_time, TIME64),
    COLUMN(decision, DECISION),
    COLUMN(views, COUNT),
    COLUMN(width, COUNT),
    COLUMN(height, COUNT),
    COLUMN(style_width, COUNT),
    COLUMN(style_height, COUNT),
    COLUMN(style, STYLE),
    COLUMN(capture_ms, MILLISECONDS),
    COLUMN(network_ms, MILLISECONDS),
    COLUMN(composite_ms, MILLISECONDS),
    COLUMN(layer_ms, MILLISECONDS),
    COLUMN(interval_ms, MILLISECONDS),
    COLUMN(slack_ms, MILLISECONDS),
    COLUMN(capture_left_ms, MILLISECONDS),
    COLUMN(capture_right_ms, MILLISECONDS),
    COLUMN(composite_left_ms, MILLISECONDS),
    COLUMN(composite_right_ms, MILLISECONDS),
    COLUMN(style_age_ms, MILLISECONDS),
    COLUMN(engine_views, COUNT),
    COLUMN(cut, SWITCH),
    COLUMN(layers, COUNT),
    COLUMN(passed_layers, COUNT),
    COLUMN(budget_ms, MILLISECONDS),
    COLUMN(overhead_ms, MILLISECONDS),
    COLUMN(hud_ms, MILLISECONDS),
    COLUMN(release_ms, MILLISECONDS),
    COLUMN(gpu_ms, MILLISECONDS),
    COLUMN(pace, PACE),
    COLUMN(rung, COUNT),
    COLUMN(change, REASON),
    COLUMN(load_ms, MILLISECONDS),
    COLUMN(gpu_slack_ms, MILLISECONDS),
    {"missed", MISSED, offsetof(struct artem_frame_record, slack_ms)},
};

void artem_stats_decimal(char out[32], double value)
{
    out[0] = '\0';
    if (!isfinite(value) || fabs(value) > 1e12)
        return;
    int64_t thousandths = (int64_t)(fabs(value) * 1000 + 0.5);
    const char *sign = value < 0 && thousandths > 0 ? "-" : "";
    snprintf(out, 32, "%s%" PRId64 ".%03" PRId64, sign, thousandths / 1000, thousandths % 1000);
}

// A style name comes from a config file; nothing in it may break the table.
static void copy_style(char *out, const char *style, size_t size)
{
    size_t length = strnlen(style, size);

    for (size_t i = 0; i < length; i++) {
        char c = style[i];
        out[i] = c > ' ' && c < 0x7F && c != ',' && c != '"' && c != '\\' ? c : '_';
    }
    out[length] = '\0';
}

// The bare text of one field, at most 64 bytes; "" when there is no value.
static void field_text(char out[80], const struct column *column, const struct artem_frame_record *record, bool json)
{
    const void *field = (const char *)record + column->offset;
    double ms = 0;

    switch (column->kind) {
    case COUNT64:
        snprintf(out, 80, "%" PRIu64, *(const uint64_t *)field);
        break;
    case TIME64:
        snprintf(out, 80, "%" PRId64, *(const int64_t *)field);
        break;
    case COUNT:
        snprintf(out, 80, "%" PRIu32, *(const uint32_t *)field);
        break;
    case SWITCH:
        snprintf(out, 80, "%s", *(const bool *)field ? (json ? "true" : "1") : (json ? "false" : "0"));
        break;
    case DECISION:
        snprintf(out, 80, "%s", artem_decision_name(*(const enum artem_decision *)field));
        break;
    case PACE:
        snprintf(out, 80, "%s", artem_pace_name(*(const enum artem_pace *)field));
        break;
    case REASON:
        snprintf(out, 80, "%s", artem_reason_name(*(const enum artem_reason *)field));
        break;
    case STYLE:
        copy_style(out, field, sizeof record->style);
        break;
    case MILLISECONDS:
        memcpy(&ms, field, sizeof ms);
        artem_stats_decimal(out, ms);
        break;
    case MISSED:
        memcpy(&ms, field, sizeof ms);
        snprintf(out, 80, "%s",
                 !isfinite(ms)                       ? ""
                 : artem_frame_record_missed(record) ? (json ? "true" : "1")
                                                     : (json ? "false" : "0"));
        break;
    }
}

size_t artem_stats_format_header(char out[ARTEM_STATS_LINE_MAX])
{
    size_t used = 0;

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        used += (size_t)snprintf(out + used, ARTEM_STATS_LINE_MAX - used, "%s%s", i == 0 ? "" : ",", columns[i].name);
    memcpy(out + used, "\n", 2);
    return used + 1;
}

size_t artem_stats_format(char out[ARTEM_STATS_LINE_MAX], bool json, const struct artem_frame_record *record)
{
    size_t used = 0;

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const struct column *column = &columns[i];
        const char *quote = json && column->kind >= DECISION && column->kind <= REASON ? "\"" : "";
        char text[80];
        int n;

        field_text(text, column, record, json);
        if (json)
            n = snprintf(out + used, ARTEM_STATS_LINE_MAX - used, "%s\"%s\":%s%s%s", i == 0 ? "{" : ",", column->name,
                         quote, text[0] || quote[0] ? text : "null", quote);
        else
            n = snprintf(out + used, ARTEM_STATS_LINE_MAX - used, "%s%s", i == 0 ? "" : ",", text);
        used += (size_t)n; // every field is short: 35 of at most 100 bytes
    }
    memcpy(out + used, json ? "}\n" : "\n", json ? 3 : 2);
    return used + (json ? 2 : 1);
}

size_t artem_stats_format_meta(char out[ARTEM_STATS_LINE_MAX], bool json, const char *key, const char *value)
{
    char quoted[2 * ARTEM_STATS_META_VALUE_MAX];
    size_t used = 0;

    if (!json)
        return (size_t)snprintf(out, ARTEM_STATS_LINE_MAX, "# %s=%s\n", key, value);
    for (size_t i = 0; value[i] && i < ARTEM_STATS_META_VALUE_MAX - 1; i++) {
        if (value[i] == '"' || value[i] == '\\')
            quoted[used++] = '\\';
        quoted[used++] = value[i];
    }
    quoted[used] = '\0';
    return (size_t)snprintf(out, ARTEM_STATS_LINE_MAX, "{\"meta\":{\"%s\":\"%s\"}}\n", key, quoted);
}
