// SPDX-License-Identifier: Apache-2.0
// How long the evaluations of an objective took.
#ifndef ARTEM_LAB_TIMES_H
#define ARTEM_LAB_TIMES_H

#include <stdbool.h>
#include <stdint.h>

struct lab_time { // seconds
    double clock; // gone by
    double work;  // of all processors together, for this process
};

struct lab_times { // zeros at first
    uint32_t count, room;
    struct lab_time *each;
};

struct lab_time lab_time_now(void);

// What has passed since. False without memory.
bool lab_times_add(struct lab_times *times, const struct lab_time *since);
// Median of each; zeros where there is none.
struct lab_time lab_times_median(const struct lab_times *times);
void lab_times_free(struct lab_times *times);

#endif
