// SPDX-License-Identifier: Apache-2.0
// One recorded engine run, done again.
#ifndef ARTEM_CLI_REPLAY_H
#define ARTEM_CLI_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/engine.h"
#include "artem/recording.h"

struct replay {
    struct artem_engine *engine; // with the recording's style
    const char *out_folder;      // of PNG files, NULL for none
    bool quiet;                  // differences are counted, not printed
    // What one frame needs; grows to the largest.
    uint8_t *code, *guide, *styled, *result;
    size_t code_size, guide_size, styled_size, result_size;
    uint64_t frames, pictures; // pictures: compared
    uint64_t different_frames, different_pictures;
};

// Runs the frame through the engine and compares what comes out with what was recorded; differences are printed. False
// after a message when that cannot be done.
bool replay_frame(struct replay *replay, const struct artem_recorded_frame *frame);

void replay_free(struct replay *replay); // but for the engine

#endif
