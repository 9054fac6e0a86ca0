// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t window_ns = 2000000000;

struct collection {
    struct watch_session *sessions;
    uint32_t count;
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

// By nearest rank.
static double percentile(double *values, uint32_t count, double percent)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, compare_doubles);
    const double rank = ceil(percent / 100 * count);
    return values[rank < 1 ? 0 : (uint32_t)rank - 1];
}

static void summarise(struct watch_session *s, const struct artem_ring_frame *frames, uint32_t count)
{
    static double layer[ARTEM_RING_RECORDS], network[ARTEM_RING_RECORDS], gpu[ARTEM_RING_RECORDS],
        slack[ARTEM_RING_RECORDS], gpu_slack[ARTEM_RING_RECORDS], release[ARTEM_RING_RECORDS],
        overhead[ARTEM_RING_RECORDS];
    struct timespec t;
    uint32_t first = 0, timed = 0, gpu_timed = 0, measured = 0;
    double hud = 0;

    clock_gettime(CLOCK_MONOTONIC, &t);
    const int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    while (first < count && frames[first].time_ns < now - window_ns)
        first++;
    s->style_age_ms = NAN;
    for (uint32_t i = first; i < count; i++) {
        const struct artem_frame_record *r = &frames[i].record;
        s->frames++;
        release[s->frames - 1] = r->release_ms;
        if (!isnan(r->overhead_ms))
            overhead[measured++] = r->overhead_ms;
        s->missed += artem_frame_record_missed(r);
        hud += r->hud_ms;
        if (!isnan(r->slack_ms))
            slack[timed++] = r->slack_ms;
        if (!isnan(r->gpu_slack_ms))
            gpu_slack[gpu_timed++] = r->gpu_slack_ms;
        if (r->decision != ARTEM_DECISION_STYLED)
            continue;
        s->style_age_ms = r->style_age_ms;
        layer[s->styled] = r->layer_ms;
        network[s->styled] = r->network_ms;
        gpu[s->styled++] = r->capture_ms + r->composite_ms;
    }
    s->hud_ms = s->frames > 0 ? hud / s->frames : NAN;
    if (count > 0) {
        s->latest = frames[count - 1].record;
        s->paused = frames[count - 1].paused;
        s->idle_ms = (double)(now - frames[count - 1].time_ns) / 1e6;
    }
    if (s->frames > 1)
        s->fps = (s->frames - 1) * 1e9 / (double)(frames[count - 1].time_ns - frames[first].time_ns);
    s->layer_p50 = percentile(layer, s->styled, 50);
    s->layer_p95 = percentile(layer, s->styled, 95);
    s->layer_p99 = percentile(layer, s->styled, 99);
    s->layer_p999 = percentile(layer, s->styled, 99.9);
    s->release_p50 = percentile(release, s->frames, 50);
    s->overhead_p50 = percentile(overhead, measured, 50);
    s->network_p50 = percentile(network, s->styled, 50);
    s->gpu_p50 = percentile(gpu, s->styled, 50);
    s->slack_p50 = percentile(slack, timed, 50);
    s->gpu_slack_p50 = percentile(gpu_slack, gpu_timed, 50);
}

static int add(void *user, struct artem_ring_view *view)
{
    static struct artem_ring_frame frames[ARTEM_RING_RECORDS];
    struct collection *all = user;
    struct watch_session *s = &all->sessions[all->count++];

    memset(s, 0, sizeof *s);
    artem_ring_about(view, &s->about);
    summarise(s, frames, artem_ring_read(view, frames, &s->total));
    artem_ring_close(&view);
    return all->count == WATCH_SESSIONS_MAX;
}

static int compare_sessions(const void *a, const void *b)
{
    const struct watch_session *x = a, *y = b;

    if (x->about.pid != y->about.pid)
        return x->about.pid < y->about.pid ? -1 : 1;
    return (x->about.started_ns > y->about.started_ns) - (x->about.started_ns < y->about.started_ns);
}

uint32_t watch_sessions(struct watch_session sessions[WATCH_SESSIONS_MAX])
{
    struct collection all = {.sessions = sessions};

    artem_ring_list(add, &all);
    qsort(sessions, all.count, sizeof *sessions, compare_sessions);
    return all.count;
}

const char *watch_state(const struct watch_session *s)
{
    if (s->total == 0)
        return "no frames yet";
    if (s->idle_ms > 2000)
        return "idle";
    switch (s->latest.decision) {
    case ARTEM_DECISION_STYLED:
        return "styled";
    case ARTEM_DECISION_DISABLED:
        return "off";
    case ARTEM_DECISION_WARMUP:
        return "starting";
    case ARTEM_DECISION_BUDGET:
        return s->paused ? "original: over budget" : "original: busy";
    case ARTEM_DECISION_UNSUPPORTED:
        return "original: unsupported";
    case ARTEM_DECISION_LATE:
        return "original: engine late";
    case ARTEM_DECISION_ERROR:
    case ARTEM_DECISION_COUNT:
        break;
    }
    return "original: error";
}

cJSON *watch_json(const struct watch_session *s)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "pid", s->about.pid);
    cJSON_AddStringToObject(o, "app", s->about.app);
    cJSON_AddStringToObject(o, "executable", s->about.executable);
    cJSON_AddStringToObject(o, "style", s->latest.style);
    cJSON_AddStringToObject(o, "state", watch_state(s));
    return o;
}
