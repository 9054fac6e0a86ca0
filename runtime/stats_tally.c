// SPDX-License-Identifier: Apache-2.0
#include "stats_tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "artem/log.h"
#include "stats_file.h"

static double finite_or_zero(double value)
{
    return isfinite(value) ? value : 0;
}

void artem_tally_add(struct artem_tally *t, const struct artem_frame_record *record)
{
    t->counts.frames++;
    if ((unsigned)record->decision < ARTEM_DECISION_COUNT)
        t->counts.by_decision[record->decision]++;
    if (isfinite(record->slack_ms)) {
        t->counts.timed++;
        t->counts.missed += artem_frame_record_missed(record);
    }
    if (record->decision == ARTEM_DECISION_STYLED) {
        t->layer_ms[t->styled % ARTEM_TALLY_LATEST] = finite_or_zero(record->layer_ms);
        t->network_ms[t->styled++ % ARTEM_TALLY_LATEST] = finite_or_zero(record->network_ms);
    }
    if (isfinite(record->overhead_ms))
        t->overhead_ms[t->measured++ % ARTEM_TALLY_LATEST] = record->overhead_ms;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t sort_latest(double *values, uint64_t count)
{
    size_t kept = count < ARTEM_TALLY_LATEST ? (size_t)count : ARTEM_TALLY_LATEST;

    qsort(values, kept, sizeof *values, compare_doubles);
    return kept;
}

// By nearest rank; the values are sorted.
static double percentile(const double *values, size_t count, size_t thousandths)
{
    return values[(thousandths * count + 999) / 1000 - 1];
}

void artem_tally_summarise(struct artem_tally *t, struct artem_stats_summary *out)
{
    const double *layer = t->layer_ms, *network = t->network_ms, *overhead = t->overhead_ms;
    size_t n = sort_latest(t->layer_ms, t->styled);

    sort_latest(t->network_ms, t->styled);
    *out = t->counts;
    out->overhead_ms_p50 = out->overhead_ms_p99 = NAN;
    if (n > 0) {
        out->layer_ms_p50 = percentile(layer, n, 500);
        out->layer_ms_p95 = percentile(layer, n, 950);
        out->layer_ms_p99 = percentile(layer, n, 990);
        out->layer_ms_p999 = percentile(layer, n, 999);
        out->layer_ms_max = layer[n - 1];
        out->network_ms_p50 = percentile(network, n, 500);
        out->network_ms_p95 = percentile(network, n, 950);
        out->network_ms_p99 = percentile(network, n, 990);
        out->network_ms_p999 = percentile(network, n, 999);
        out->network_ms_max = network[n - 1];
    }
    n = sort_latest(t->overhead_ms, t->measured);
    if (n > 0) {
        out->overhead_ms_p50 = percentile(overhead, n, 500);
        out->overhead_ms_p99 = percentile(overhead, n, 990);
    }
}

void artem_summary_log(const struct artem_stats_summary *sum)
{
    char counts[240] = "", text[12][32];
    size_t used = 0;

    if (sum->frames == 0)
        return;
    for (int i = 0; i < ARTEM_DECISION_COUNT; i++)
        if (sum->by_decision[i] > 0 && used < sizeof counts)
            used += (size_t)snprintf(counts + used, sizeof counts - used, ", %s %" PRIu64,
                                     artem_decision_name((enum artem_decision)i), sum->by_decision[i]);
    artem_log(ARTEM_LOG_INFO, "%" PRIu64 " frames%s; records dropped %" PRIu64, sum->frames, counts,
              sum->dropped_records);
    const double values[12] = {sum->layer_ms_p50,    sum->layer_ms_p95,   sum->layer_ms_p99,    sum->layer_ms_p999,
                               sum->layer_ms_max,    sum->network_ms_p50, sum->network_ms_p95,  sum->network_ms_p99,
                               sum->network_ms_p999, sum->network_ms_max, sum->overhead_ms_p50, sum->overhead_ms_p99};
    for (int i = 0; i < 12; i++)
        artem_stats_decimal(text[i], values[i]);
    if (sum->by_decision[ARTEM_DECISION_STYLED] > 0)
        artem_log(ARTEM_LOG_INFO, "p50/p95/p99/p99.9/max ms: layer %s/%s/%s/%s/%s, network %s/%s/%s/%s/%s", text[0],
                  text[1], text[2], text[3], text[4], text[5], text[6], text[7], text[8], text[9]);
    if (sum->timed > 0)
        artem_log(ARTEM_LOG_INFO, "missed display times: %" PRIu64 " of %" PRIu64 " frames", sum->missed, sum->timed);
    if (text[10][0])
        artem_log(ARTEM_LOG_INFO, "p50/p99 ms: measuring itself %s/%s", text[10], text[11]);
}
