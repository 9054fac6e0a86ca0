// SPDX-License-Identifier: Apache-2.0
// What a process holds, and whether that grows.
#ifndef ARTEM_SOAK_MEASURE_H
#define ARTEM_SOAK_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

// Names in a folder, . and .. included; 0 if it cannot be read.
unsigned count_entries(const char *folder);

// The process's files, but for those of a thread of Mesa's, which writes what was compiled whenever it likes.
unsigned count_descriptors(void);

// The process's threads. One that has been joined may stay listed for a moment: the count is one that lasts.
unsigned count_threads(void);
// Whether there are so many now, or in a minute at the latest.
bool are_threads(unsigned expected);

// Of a clock that only goes on.
double now_s(void);

// At a moment of rest: free memory goes back to the system first.
struct sample {
    double heap_mib;     // allocated and not freed, the drivers' included
    double resident_mib; // of the process
    unsigned descriptors, threads;
};
void sample_take(struct sample *out_sample);

// Of many samples: the first ones, in which caches fill up, do not count.
struct growth {
    struct sample low, high;       // of each value
    double heap_mib, resident_mib; // the median of the last fifth less that of the first
};
void growth_find(const struct sample *samples, size_t count, struct growth *out_growth);

#endif
