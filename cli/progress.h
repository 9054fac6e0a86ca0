// SPDX-License-Identifier: Apache-2.0
// A bar for work that takes long, on standard error, and only where that is a terminal.
#ifndef ARTEM_CLI_PROGRESS_H
#define ARTEM_CLI_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool shown;
    int filled;
    char text[80];
};

// share: 0..1 of the work; `format` says what is being done, and is cut where the terminal ends.
void progress_show(struct progress *progress, double share, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Takes the bar away, before other lines are printed and at the end.
void progress_hide(struct progress *progress);

#endif
