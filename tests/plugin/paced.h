// SPDX-License-Identifier: Apache-2.0
// An app with a fake engine that takes programmed times, on a clock of the test's own: seconds pass in an instant. The
// linker puts that clock in place of the C library's (--wrap=clock_gettime). One thread; `paced` may be read and set
// between frames.
#ifndef ARTEM_TEST_PACED_H
#define ARTEM_TEST_PACED_H

#include <stdbool.h>
#include <stdint.h>

#include "expect.h"
#include "fake_engine.h"

#define MS UINT64_C(1000000)

enum { PACED_SIDE = 128, PACED_LINES = 96 }; // pixels of an eye's picture

extern struct paced {
    uint64_t clock_ns;
    double full_ms;                                   // a painting takes at PACED_SIDE; less at a lower resolution
    bool keeps_still;                                 // one picture, one pose; else each frame has its own
    enum artem_result (*fault)(const char *function); // the engine's, from the start
    unsigned frames;                                  // since the start
    unsigned missed, styled, originals;               // of them, since the test set these to 0
    uint64_t spent_ns;                                // in the latest xrEndFrame
    unsigned looks;                                   // at the clock, by the app's thread, since the test set this to 0
    void (*at_look)(unsigned look);                   // called with each; NULL: nobody is
} paced;

// False where there is no Vulkan device, having said so.
bool paced_begin(void);
void paced_end(void);

// Opens the app with these settings, to its first frame, which is not counted.
void paced_start(const char *settings);
// Closes it, and reads its log.
void paced_stop(void);

void paced_pass(uint64_t nanoseconds);
// A frame of an app at `hz` that itself takes no time. Without mock_settings.pixels nothing is drawn.
void paced_frame(double hz);
// What the app drew in a frame of late, as stored.
const uint8_t *paced_picture(unsigned frame, unsigned eye);
// The number of the frame whose painting the runtime got last, with everything about it checked; -1: an original.
int paced_shown_frame(void);

// ---- The log ----

enum { PACED_ROWS_MAX = 4000 };
extern struct paced_row {
    char decision[16], pace[16], change[16];
    double age_ms, budget_ms, load_ms;
    unsigned height, engine_views;
} paced_rows[PACED_ROWS_MAX];
extern unsigned paced_row_count;

// Changes with this reason; NULL: all.
unsigned paced_count_changes(const char *reason);

// paced_stop's.
void paced_read_log(const char *path);

#endif
