// SPDX-License-Identifier: Apache-2.0
// One value of a log line into the struct that it came from.
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

enum kind { COUNT64, TIME64, COUNT, SWITCH, DECISION, STYLE, PACE, REASON, MILLISECONDS };

#define FIELD(name, kind, seen)                                                                                        \
    {                                                                                                                  \
#name, kind, seen, offsetof(struct artem_frame_record, name)                                                   \
    }

static const struct field {
    const char *name;
    enum kind kind;
    unsigned seen; // bit of what a log cannot be read without
    size_t offset;
} fields[] = {
    FIELD(frame, COUNT64, 1),
    FIELD(display_time, TIME64, 0),
    FIELD(decision, DECISION, 2),
    FIELD(views, COUNT, 0),
    FIELD(width, COUNT, 0),
    FIELD(height, COUNT, 0),
    FIELD(style_width, COUNT, 0),
    FIELD(style_height, COUNT, 0),
    FIELD(style, STYLE, 0),
    FIELD(capture_ms, MILLISECONDS, 0),
    FIELD(network_ms, MILLISECONDS, 0),
    FIELD(composite_ms, MILLISECONDS, 0),
    FIELD(layer_ms, MILLISECONDS, 4),
    FIELD(interval_ms, MILLISECONDS, 0),
    FIELD(slack_ms, MILLISECONDS, 0),
    FIELD(capture_left_ms, MILLISECONDS, 0),
    FIELD(capture_right_ms, MILLISECONDS, 0),
    FIELD(composite_left_ms, MILLISECONDS, 0),
    FIELD(composite_right_ms, MILLISECONDS, 0),
    FIELD(style_age_ms, MILLISECONDS, 0),
    FIELD(engine_views, COUNT, 0),
    FIELD(cut, SWITCH, 0),
    FIELD(layers, COUNT, 0),
    FIELD(passed_layers, COUNT, 0),
    FIELD(budget_ms, MILLISECONDS, 0),
    FIELD(overhead_ms, MILLISECONDS, 0),
    FIELD(hud_ms, MILLISECONDS, 0),
    FIELD(release_ms, MILLISECONDS, 0),
    FIELD(gpu_ms, MILLISECONDS, 0),
    FIELD(pace, PACE, 0),
    FIELD(rung, COUNT, 0),
    FIELD(change, REASON, 0),
    FIELD(load_ms, MILLISECONDS, 0),
    FIELD(gpu_slack_ms, MILLISECONDS, 0),
};

static bool set_unsigned(const char *value, uint64_t most, uint64_t *out)
{
    char *end;

    if (strspn(value, "0123456789") != strlen(value))
        return false;
    errno = 0;
    *out = strtoull(value, &end, 10);
    return errno == 0 && end != value && *out <= most;
}

// An optional sign, digits, optionally a point and digits: neither hexadecimal nor infinite.
static bool set_decimal(const char *value, double *out)
{
    const char *digits = value + (value[0] == '-');
    char *end;

    if (digits[0] < '0' || digits[0] > '9' || strspn(digits, "0123456789.") != strlen(digits) || strlen(digits) > 20)
        return false;
    *out = strtod(value, &end);
    return *end == '\0';
}

static bool set_value(void *at, enum kind kind, const char *value)
{
    uint64_t number = 0;
    double ms;
    char *end;

    switch (kind) {
    case COUNT64:
        return set_unsigned(value, UINT64_MAX, at);
    case TIME64:
        errno = 0;
        *(int64_t *)at = strtoll(value, &end, 10);
        return errno == 0 && end != value && *end == '\0';
    case COUNT:
        if (!set_unsigned(value, UINT32_MAX, &number))
            return false;
        *(uint32_t *)at = (uint32_t)number;
        return true;
    case SWITCH:
        *(bool *)at = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
        return *(bool *)at || strcmp(value, "0") == 0 || strcmp(value, "false") == 0;
    case DECISION:
        return artem_decision_parse(value, at);
    case STYLE:
        snprintf(at, sizeof((struct artem_frame_record *)0)->style, "%s", value);
        return true;
    case PACE:
        while (number < ARTEM_PACE_COUNT && strcmp(value, artem_pace_name((enum artem_pace)number)) != 0)
            number++;
        *(enum artem_pace *)at = (enum artem_pace)number;
        return number < ARTEM_PACE_COUNT;
    case REASON:
        while (number < ARTEM_REASON_COUNT && strcmp(value, artem_reason_name((enum artem_reason)number)) != 0)
            number++;
        *(enum artem_reason *)at = (enum artem_reason)number;
        return number < ARTEM_REASON_COUNT;
    case MILLISECONDS:
        if (!set_decimal(value, &ms))
            return false;
        memcpy(at, &ms, sizeof ms);
        return true;
    }
    return false;
}

bool report_set_field(struct artem_frame_record *frame, const char *name, const char *value, unsigned *seen,
                      const char **why)
{
    static char text[160];

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct field *field = &fields[i];
        if (strcmp(field->name, name) != 0)
            continue;
        *seen |= field->seen;
        if (value[0] == '\0' && (field->kind == MILLISECONDS || field->kind == STYLE))
            return true;
        if (set_value((char *)frame + field->offset, field->kind, value))
            return true;
        snprintf(text, sizeof text, "%s: bad value '%.60s'", name, value);
        *why = text;
        return false;
    }
    return true;
}
