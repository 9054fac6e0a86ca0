// SPDX-License-Identifier: Apache-2.0
// Being asked to stop, by SIGINT or SIGTERM, where no handler may run: oneDNN's kernels for AVX-512 keep data at the
// stack pointer, and a handler's frame, which the system puts there, overwrites what lies below (seen with oneDNN 2.6:
// a heap that is destroyed by any handled signal that comes at the wrong moment).
#ifndef ARTEM_LAB_INTERRUPT_H
#define ARTEM_LAB_INTERRUPT_H

#include <stdbool.h>

// From now on both are taken by a thread of their own; the second one ends the program at once. Before any other thread
// is started, since threads inherit that they do not take them. Where no thread can be had they end the program.
void lab_interrupt_begin(void);
// Whether one has come. Any thread.
bool lab_interrupt_came(void);

#endif
