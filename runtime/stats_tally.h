// SPDX-License-Identifier: Apache-2.0
// Counts and the latest times of a session, for its summary. Not thread-safe.
#ifndef ARTEM_STATS_TALLY_H
#define ARTEM_STATS_TALLY_H

#include "artem/stats.h"

enum { ARTEM_TALLY_LATEST = 4096 };

struct artem_tally {
    struct artem_stats_summary counts; // its times are not set
    uint64_t styled, measured;         // values so far, of which the latest are kept
    double layer_ms[ARTEM_TALLY_LATEST], network_ms[ARTEM_TALLY_LATEST], overhead_ms[ARTEM_TALLY_LATEST];
};

void artem_tally_add(struct artem_tally *tally, const struct artem_frame_record *record);

// Sorts the times in place: for a copy.
void artem_tally_summarise(struct artem_tally *tally, struct artem_stats_summary *out_summary);

// The last lines of a session's log; nothing when there were no frames.
void artem_summary_log(const struct artem_stats_summary *summary);

#endif
