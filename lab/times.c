// SPDX-License-Identifier: Apache-2.0
#include "times.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static double read_clock(clockid_t id)
{
    struct timespec time;
    clock_gettime(id, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct lab_time lab_time_now(void)
{
    return (struct lab_time){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID)};
}

bool lab_times_add(struct lab_times *times, const struct lab_time *since)
{
    const struct lab_time now = lab_time_now();

    if (times->count == times->room) {
        const uint32_t room = times->room > 0 ? 2 * times->room : 256;
        struct lab_time *each = realloc(times->each, room * sizeof *each);
        if (each == NULL)
            return false;
        times->each = each;
        times->room = room;
    }
    times->each[times->count++] = (struct lab_time){now.clock - since->clock, now.work - since->work};
    return true;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

struct lab_time lab_times_median(const struct lab_times *times)
{
    struct lab_time median = {0, 0};
    double *values = times->count > 0 ? malloc(times->count * sizeof *values) : NULL;

    if (values == NULL)
        return median;
    for (uint32_t i = 0; i < times->count; i++)
        values[i] = times->each[i].clock;
    median.clock = median_of(values, times->count);
    for (uint32_t i = 0; i < times->count; i++)
        values[i] = times->each[i].work;
    median.work = median_of(values, times->count);
    free(values);
    return median;
}

void lab_times_free(struct lab_times *times)
{
    free(times->each);
    memset(times, 0, sizeof *times);
}
