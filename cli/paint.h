// SPDX-License-Identifier: Apache-2.0
// What the commands that paint pictures share.
#ifndef ARTEM_CLI_PAINT_H
#define ARTEM_CLI_PAINT_H

#include "artem/engine.h"
#include "artem_kernels/kernels.h"

// Submits one frame and waits for it.
enum artem_result cli_run_frame(struct artem_engine *engine, const struct artem_engine_frame *frame);

// The fastest kernels of this machine, checked against the reference; for scaling and compositing.
const struct artem_kernels *cli_kernels(void);

#endif
