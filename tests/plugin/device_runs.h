// SPDX-License-Identifier: Apache-2.0
// Apps on the true engine, and what reaches the runtime of their frames: to be the same wherever the engine runs.
#ifndef ARTEM_TEST_DEVICE_RUNS_H
#define ARTEM_TEST_DEVICE_RUNS_H

#include "app.h"

enum { FRAMES = 7, VIEWS = 4 };

// What the runtime got in one run.
struct history {
    uint64_t frames[64][VIEWS];
    bool styled[64];
    char backend[16]; // of the latest one that was styled
    unsigned count;
};

// NULL, or why there is no Vulkan device. Settings are in a file of the test's own, until the end.
const char *runs_begin(void);
void runs_end(void);
extern const char *runs_mode;     // mode = …
extern const char *runs_log;      // log_file = …, NULL: none
extern const char *runs_more;     // further lines of the settings
extern unsigned runs_threads;     // threads = …
extern bool runs_without_enable2; // all of them under XR_KHR_vulkan_enable
void runs_configure(const char *backend, const char *style);
void runs_change_mode(const char *mode); // the rest as before; until the layer has noticed

// Adds what the runtime has got of the latest frame.
void runs_remember(struct history *history);

void run_two_eyes(struct history *history);
void run_array(struct history *history);
void run_lives(struct history *history);
void run_deferred(struct history *history);
void run_mixed(struct history *history); // paintings that are waited for, and such that are not, by turns

// The same run on the CPU and with `backend` in the settings, frame by frame; and another style, whose frames have to
// differ. `painter`: the backend that has to have painted then, since all paint the same.
void runs_compare(const char *what, void (*run)(struct history *history), const char *backend, const char *painter);

#endif
