// SPDX-License-Identifier: Apache-2.0
// Replaces the engine and the model library in a test program: styles are inverted colours, and time is under control.
// Settings are changed while the layer is not called.
#ifndef ARTEM_TEST_FAKE_ENGINE_H
#define ARTEM_TEST_FAKE_ENGINE_H

#include "artem/engine.h"

struct fake_engine_state {
    unsigned frames, views; // styled
    unsigned submitted;     // frames, of which some may be under way
    uint32_t resolution;    // of the latest batch
    unsigned late;          // this many waits time out
    // A clock of the test's own, or NULL: then paintings take no time. What a frame takes: nanoseconds.
    uint64_t (*now)(void);
    void (*sleep)(uint64_t nanoseconds);
    uint64_t (*cost)(const struct artem_engine_frame *frame);
    enum artem_result submit_result; // of submits from now on
    bool no_network;
    bool must_measure; // before an engine is made
    // Asked before each of these does anything: another result than ARTEM_OK, and that is what it returns. NULL: none
    // fails. A wait fails after the frame is done.
    enum artem_result (*fault)(const char *function);
    unsigned engines, networks, styles; // alive
    struct {
        uint32_t width, height;
    } sizes[ARTEM_MAX_VIEWS]; // of the latest batch
    uint32_t size_count;
    struct artem_noise_map noise[ARTEM_MAX_VIEWS]; // of the latest batch
};

extern struct fake_engine_state fake_engine;

#endif
