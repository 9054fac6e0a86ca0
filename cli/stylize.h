// SPDX-License-Identifier: Apache-2.0
// Pictures from files, painted one after the other by one engine.
#ifndef ARTEM_CLI_STYLIZE_H
#define ARTEM_CLI_STYLIZE_H

#include "artem/engine.h"
#include "artem/model.h"

struct stylize {
    struct artem_settings settings;
    struct artem_network *network;
    struct artem_style *style;
    struct artem_engine *engine;
};

// What was done to one picture.
struct stylize_result {
    uint32_t width, height, style_width, style_height;
    double network_ms;
    size_t network_bytes; // of the engine's buffers and weights
};

// For settings.style and what else is set. CLI_OK, or CLI_ERROR after a message; then stylize_close all the same.
int stylize_open(struct stylize *stylize);
// Loads, paints, saves. CLI_OK, or CLI_ERROR after a message.
int stylize_picture(struct stylize *stylize, const char *in, const char *out, struct stylize_result *out_result);
void stylize_close(struct stylize *stylize);

// Of a clock that only goes on.
double stylize_now_ms(void);

#endif
