// SPDX-License-Identifier: Apache-2.0
// Monado's own metrics (XRT_METRICS_FILE of monado-service) beside a log of frames: what the runtime measured of the
// same frames, as a cross-check.
#ifndef ARTEM_CLI_MONADO_H
#define ARTEM_CLI_MONADO_H

#include "report.h"

// A frame of an app. Times are CLOCK_MONOTONIC, ns; 0: never.
struct monado_frame {
    uint64_t session, frame;
    uint64_t display; // that the app asked for
    uint64_t woke, delivered, gpu_done;
    bool discarded;
    uint32_t shown; // frames of the compositor that used it
};

struct monado_log {
    struct monado_frame *frames; // by display time, then session
    size_t count;
    size_t compositor_frames;
    double *compositor_gpu_ms;
    size_t compositor_gpu_count;
    bool cut_off; // the last record was not whole
};

// False after a message. Files may be truncated, and of a newer minor version; anything else wrong is refused.
bool monado_read(const char *path, struct monado_log *out_log);
void monado_free(struct monado_log *log);

struct monado_numbers {
    size_t frames, discarded, compositor_frames; // Monado's
    size_t joined;                               // frames of the log that Monado knows, by their display time
    size_t shown_never, shown_again;             // of those: by no frame of the compositor, by more than one
    struct report_times app;                     // the app's wake-up to its hand-over, with the layer's part
    struct report_times layer;                   // that part, of the same frames
    struct report_times difference;              // from the layer's hand-over to the runtime's own stamp of it
    struct report_times gpu;                     // from there until the GPU was done
    struct report_times compositor_gpu;
    size_t early;                                   // the difference is negative: the two clocks or stamps disagree
    size_t timed;                                   // joined frames that both can judge
    size_t missed_ours, missed_theirs, missed_both; // handed over, done on the GPU, after the display time
    bool cut_off;
};

// The log's clock is told by its clock_offset_ns; else by what fits most frames. False: out of memory.
bool monado_join(const struct report_log *log, const struct monado_log *monado, struct monado_numbers *out);

#endif
