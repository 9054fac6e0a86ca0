// SPDX-License-Identifier: Apache-2.0
// The numbers of a report for programs.
#include "json.h"
#include "monado.h"
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

// From the middle down: the less, the worse.
static void add_slack(cJSON *root, const char *name, const struct report_times *lack)
{
    if (lack->count == 0) {
        cJSON_AddNullToObject(root, name);
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(root, name);
    cJSON_AddNumberToObject(o, "count", (double)lack->count);
    json_add_number(o, "p50", -lack->p50);
    json_add_number(o, "p5", -lack->p95);
    json_add_number(o, "p1", -lack->p99);
    json_add_number(o, "p0.1", -lack->p999);
    json_add_number(o, "min", -lack->max);
}

static void add_governor(cJSON *root, const struct report_numbers *n)
{
    cJSON *o = cJSON_AddObjectToObject(root, "governor");
    cJSON *paces = cJSON_AddObjectToObject(o, "paces"), *changes = cJSON_AddObjectToObject(o, "changes");

    for (int i = 0; i < ARTEM_PACE_COUNT; i++)
        cJSON_AddNumberToObject(paces, artem_pace_name((enum artem_pace)i), (double)n->by_pace[i]);
    for (int i = 1; i < ARTEM_REASON_COUNT; i++)
        cJSON_AddNumberToObject(changes, artem_reason_name((enum artem_reason)i), (double)n->by_change[i]);
}

static void add_monado(cJSON *root, const struct monado_numbers *m)
{
    cJSON *o = cJSON_AddObjectToObject(root, "monado");

    cJSON_AddNumberToObject(o, "frames", (double)m->frames);
    cJSON_AddNumberToObject(o, "discarded", (double)m->discarded);
    cJSON_AddNumberToObject(o, "compositor_frames", (double)m->compositor_frames);
    cJSON_AddNumberToObject(o, "joined", (double)m->joined);
    cJSON_AddNumberToObject(o, "shown_never", (double)m->shown_never);
    cJSON_AddNumberToObject(o, "shown_again", (double)m->shown_again);
    add_times(o, "app_ms", &m->app);
    add_times(o, "layer_ms", &m->layer);
    add_times(o, "difference_ms", &m->difference);
    add_times(o, "gpu_ms", &m->gpu);
    add_times(o, "compositor_gpu_ms", &m->compositor_gpu);
    cJSON_AddNumberToObject(o, "early", (double)m->early);
    cJSON *missed = cJSON_AddObjectToObject(o, "missed");
    cJSON_AddNumberToObject(missed, "of", (double)m->timed);
    cJSON_AddNumberToObject(missed, "ours", (double)m->missed_ours);
    cJSON_AddNumberToObject(missed, "monado", (double)m->missed_theirs);
    cJSON_AddNumberToObject(missed, "both", (double)m->missed_both);
    cJSON_AddBoolToObject(o, "cut_off", m->cut_off);
}

int report_print_json(const char *command, const struct report_log *log, const struct report_numbers *n,
                      const struct monado_numbers *monado)
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
    add_slack(root, "slack_ms", &n->lack);
    add_slack(root, "gpu_slack_ms", &n->gpu_lack);
    add_governor(root, n);
    if (monado != NULL)
        add_monado(root, monado);
    add_frames(root, "over_budget", n->budgeted, n->over_budget);
    cJSON_AddNumberToObject(root, "cuts", (double)n->cuts);
    o = cJSON_AddObjectToObject(root, "meta");
    for (size_t i = 0; i < log->meta_count; i++)
        cJSON_AddStringToObject(o, log->meta[i].key, log->meta[i].value);
    return json_finish(root, false);
}
