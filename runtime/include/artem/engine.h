// SPDX-License-Identifier: Apache-2.0
// The inference engine: pictures at the style resolution in, painted pictures out. Arithmetic: docs/arithmetic.md §4-§7.
// An engine is used from one thread at a time; different engines are independent.
#ifndef ARTEM_ENGINE_H
#define ARTEM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/model.h"
#include "artem/result.h"

#define ARTEM_MAX_VIEWS 2

struct artem_engine;

struct artem_engine_params {
    const char *backend;             // "cpu" (the only one so far), NULL = default
    uint32_t threads;                // CPU backend: worker threads including the caller's share; 0 = automatic
    struct artem_network *network;   // the engine takes its own reference
};

struct artem_engine_frame {
    uint32_t width, height;                    // style resolution: multiples of 4, see arithmetic §2
    uint32_t views;                            // 1..ARTEM_MAX_VIEWS, all of the same size, one batch with shared statistics
    const uint8_t *in[ARTEM_MAX_VIEWS];        // RGBA8, rows of in_stride bytes; A is ignored; must stay valid until wait returns
    size_t in_stride;
    uint8_t *out[ARTEM_MAX_VIEWS];             // RGBA8, A = 255; may not overlap in[]
    size_t out_stride;
    int32_t noise_x[ARTEM_MAX_VIEWS];          // noise origin in cells
    int32_t noise_y[ARTEM_MAX_VIEWS];
    bool exact;                                // exact two-pass statistics (stills); else lagged (live)
};

struct artem_engine_stats {
    double milliseconds;    // of the last frame
    uint64_t frames;        // styled since creation
    uint64_t cuts;          // frames run again because of a scene cut
    size_t memory_bytes;    // buffers held now
};

enum artem_result artem_engine_create(const struct artem_engine_params *params, struct artem_engine **out_engine);

// Takes its own reference; statistics restart from the style's calibration. A style of another network: ARTEM_ERROR_VERSION, and the
// engine keeps the style it had. ARTEM_ERROR_ARGUMENT while a frame is in flight.
enum artem_result artem_engine_set_style(struct artem_engine *engine, struct artem_style *style);

// Starts one frame; allocates only when the size changes. ARTEM_ERROR_ARGUMENT without a style, for a bad size, or while a frame is
// in flight. After success, wait must be called until it returns something other than ARTEM_TIMEOUT.
enum artem_result artem_engine_submit(struct artem_engine *engine, const struct artem_engine_frame *frame);
enum artem_result artem_engine_wait(struct artem_engine *engine, uint64_t timeout_ns);

void artem_engine_get_stats(const struct artem_engine *engine, struct artem_engine_stats *out_stats);

// Waits for a frame in flight, joins threads, frees, clears *engine. NULL-safe.
void artem_engine_destroy(struct artem_engine **engine);

#endif
