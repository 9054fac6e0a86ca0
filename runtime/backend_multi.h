// SPDX-License-Identifier: Apache-2.0
// Inside of the backend that spreads a frame over several others: backend_multi.c (life time), backend_multi_device.c
// (one step on all devices), backend_multi_frame.c (one frame).
//
// Statistics, gains and the rules for frames are kept here; devices only run layers, each on its tile, and sum them up.
#ifndef ARTEM_BACKEND_MULTI_H
#define ARTEM_BACKEND_MULTI_H

#include "artem/devices.h"
#include "backend.h"
#include "norm_state.h"
#include "threadpool.h"
#include "tile_plan.h"

// How one of the devices is made.
struct multi_source {
    const struct artem_backend_ops *ops; // with submit_step
    struct artem_engine_params params;
    char name[ARTEM_DEVICE_NAME_MAX];
    // One that does not answer can be left alone: it touches the caller's pictures only inside submit_step and wait.
    bool can_be_left;
};

struct multi_device {
    struct multi_source source;
    void *backend;
    bool failed;   // for good: it may have lost its tile, and be at work still
    bool answered; // it has done a step
    struct tile tile;
    struct layer_sums sums[ARTEM_NORMS];
    enum artem_result result; // of the step
    double seconds;           // of the frame so far
};

struct multi_backend {
    const struct artem_network *network;
    const struct artem_style *style;
    struct artem_threadpool *pool; // a thread for each device, waiting most of the time

    uint32_t count;
    struct multi_device *devices;
    uint32_t active[ARTEM_DEVICES_MAX], active_count; // of the step

    struct tile_pace pace[2]; // lagged, exact
    struct tile_plan plan;
    bool planned[2];                         // that the plan is one for such frames
    double fixed_weights[ARTEM_DEVICES_MAX]; // tests: shares, whatever the speed; 0: none
    bool fixed;

    struct artem_moments state[ARTEM_NORMS];
    uint32_t resolution; // that the state belongs to
    bool restart;        // the next frame starts from the calibration

    struct artem_engine_frame frame; // in flight
    struct step step;
    struct layer_gains gains[ARTEM_NORMS];
    struct layer_sums sums[ARTEM_NORMS]; // of all tiles
    enum artem_result result;
    bool frame_cut;
    double frame_milliseconds;
    struct artem_device_report reports[ARTEM_DEVICES_MAX]; // of the latest frame
    struct artem_engine_stats stats;
};

// ---- backend_multi.c ----

// For tests too: any devices.
enum artem_result multi_create(const struct artem_network *network, const struct multi_source *sources, uint32_t count,
                               void **out_backend);
// Tests: shares by these weights, one for each device, instead of by speed.
void multi_fix_shares(void *backend, const double *weights);

double multi_now(void); // seconds

// ---- backend_multi_device.c ----

// What each device has to paint from now on, until the next call.
void multi_place_tiles(struct multi_backend *multi, const struct tile_plan *plan);
// Runs a step on all devices that have a tile, and adds up what they have summed. False where one has failed: it is
// marked, and the frame is to be begun anew.
bool multi_run_step(struct multi_backend *multi, const struct step *step);
uint32_t multi_usable(const struct multi_backend *multi);
void multi_set_failed(struct multi_device *device, const char *what, uint32_t left);

// ---- backend_multi_frame.c ----

// The job: runs multi->frame.
void multi_run_frame(void *backend);

#endif
