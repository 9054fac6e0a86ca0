// SPDX-License-Identifier: Apache-2.0
// Whether SIGINT or SIGTERM asked the program to end.
#ifndef ARTEM_DEMO_STOP_H
#define ARTEM_DEMO_STOP_H

#include <stdbool.h>

void stop_on_signals(void);
bool stop_asked(void);

#endif
