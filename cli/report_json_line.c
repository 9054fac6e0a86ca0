// SPDX-License-Identifier: Apache-2.0
// A line of JSON Lines as stats_format.c writes it: one object of plain values, or the object "meta" of texts.
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

// As the CSV has it; false for what is no plain value. Numbers above 2^53, such as display times, lose their last
// digits here, which no report needs.
static bool as_text(const cJSON *value, char text[64], const char **out)
{
    *out = text;
    text[0] = '\0';
    if (cJSON_IsString(value))
        *out = value->valuestring;
    else if (cJSON_IsBool(value))
        snprintf(text, 64, "%s", cJSON_IsTrue(value) ? "true" : "false");
    else if (cJSON_IsNumber(value) && fabs(value->valuedouble) < 1e19 && rint(value->valuedouble) == value->valuedouble)
        snprintf(text, 64, "%.0f", value->valuedouble);
    else if (cJSON_IsNumber(value))
        snprintf(text, 64, "%.6f", value->valuedouble);
    return cJSON_IsString(value) || cJSON_IsBool(value) || cJSON_IsNumber(value) || cJSON_IsNull(value);
}

static bool read_meta(struct report_log *log, const cJSON *meta)
{
    const cJSON *pair;
    const char *value;
    char text[64];

    cJSON_ArrayForEach(pair, meta)
    {
        if (!as_text(pair, text, &value))
            return false;
        report_set_meta(log, pair->string, value);
    }
    return true;
}

static bool read_object(struct report_log *log, const cJSON *object, struct artem_frame_record *frame, bool *is_meta,
                        const char **why)
{
    unsigned seen = 0;
    const cJSON *pair;
    const char *value;
    char text[64];

    cJSON_ArrayForEach(pair, object)
    {
        if (cJSON_IsObject(pair) && strcmp(pair->string, "meta") == 0) {
            *is_meta = true;
            if (!read_meta(log, pair))
                return false;
        } else if (!as_text(pair, text, &value) || !report_set_field(frame, pair->string, value, &seen, why)) {
            return false;
        }
    }
    *why = "a field is missing: frame, decision or layer_ms";
    return *is_meta || seen == REPORT_SEEN_ALL;
}

bool report_json_line(struct report_log *log, char *line, struct artem_frame_record *frame, bool *is_meta,
                      const char **why)
{
    cJSON *object = cJSON_ParseWithOpts(line, NULL, true);

    *is_meta = false;
    *why = "not a JSON object of plain values";
    const bool good = cJSON_IsObject(object) && read_object(log, object, frame, is_meta, why);
    cJSON_Delete(object);
    return good;
}
