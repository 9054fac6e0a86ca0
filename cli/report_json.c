// SPDX-License-Identifier: Apache-2.0
// The numbers of a report for programs.
#include "json.h"
#include "report.h"

static void add_times(cJSON *root, const char *name, const struct report_times *t)
{
    if (t->count == 0) {
        cJSON_AddNullToObject(root, name);
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(root, name);
    cJSON_AddNumberToObject(o, "count", (double)t->count);
    json_add_number(o, "p50", t->p50);
    json_add_number(o, "p95", t->p95);
    json_add_number(o, "p99", t->p99);
    json_add_number(o, "p99.9", t->p999);
    json_add_number(o, "max", t->max);
}

static void add_frames(cJSON *root, const char *name, size_t of, size_t frames)
{
    cJSON *o = cJSON_AddObjectToObject(root, name);

    cJSON_AddNumberToObject(o, "of", (double)of);
    cJSON_AddNumberToObject(o, "frames", (double)frames);
}

int report_print_json(const char *command, const struct report_log *log, const struct report_numbers *n)
{
    cJSON *root = json_begin(command), *o;

    cJSON_AddNumberToObject(root, "frames", (double)n->frames);
    cJSON_AddNumberToObject(root, "sessions", (double)(log->sessions > 0 ? log->sessions : 1));
    json_add_number(root, "seconds", n->seconds);
    json_add_number(root, "frames_per_second", n->frames_per_second);
    json_add_number(root, "styled_percent", 100 * n->styled_share);
    o = cJSON_AddObjectToObject(root, "decisions");
    for (int i = 0; i < ARTEM_DECISION_COUNT; i++)
        cJSON_AddNumberToObject(o, artem_decision_name((enum artem_decision)i), (double)n->by_decision[i]);
    for (int kind = 0; kind < REPORT_TIMES; kind++)
        add_times(root, report_time_names[kind], &n->times[kind]);
    if (n->timed > 0)
        add_frames(root, "missed", n->timed, n->missed);
    else
        cJSON_AddNullToObject(root, "missed");
    if (n->times[REPORT_OVERHEAD].count > 0)
        json_add_number(root, "overhead_percent", 100 * n->overhead_share);
    else
        cJSON_AddNullToObject(root, "overhead_percent");
    add_frames(root, "over_budget", n->budgeted, n->over_budget);
    cJSON_AddNumberToObject(root, "cuts", (double)n->cuts);
    o = cJSON_AddObjectToObject(root, "meta");
    for (size_t i = 0; i < log->meta_count; i++)
        cJSON_AddStringToObject(o, log->meta[i].key, log->meta[i].value);
    return json_finish(root, false);
}
