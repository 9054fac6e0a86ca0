// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bench_sort(struct bench_times *times)
{
    qsort(times->time, (size_t)times->count, sizeof times->time[0], compare);
}

// The smallest time that at least so many percent of all do not exceed.
double bench_percentile(const struct bench_times *times, double percent)
{
    int rank = (int)((double)times->count * percent / 100 + 0.999999);

    rank = rank < 1 ? 1 : rank > times->count ? times->count : rank;
    return times->time[rank - 1];
}

void bench_time_short(double seconds, void (*run)(void *user), void *user, struct bench_times *out)
{
    const double end = bench_now() + seconds;

    out->count = 0;
    do {
        const double start = bench_now();
        double time;
        int calls = 0;
        do {
            run(user);
            calls++;
            time = bench_now() - start;
        } while (time < 1e-3);
        out->time[out->count++] = time / calls;
    } while (bench_now() < end && out->count < ARTEM_BENCH_TIMES);
    bench_sort(out);
}

cJSON *bench_row(struct bench *bench, const char *part)
{
    cJSON *row = bench->rows != NULL ? cJSON_CreateObject() : NULL;

    cJSON_AddStringToObject(row, "part", part);
    if (row != NULL)
        cJSON_AddItemToArray(bench->rows, row);
    return row;
}

void bench_add_times(cJSON *row, const char *unit, double per_second, double best, double p50, double p99)
{
    const struct {
        const char *name;
        double seconds;
    } times[] = {{"best", best}, {"p50", p50}, {"p99", p99}};
    char name[16];

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        snprintf(name, sizeof name, "%s_%s", times[i].name, unit);
        json_add_number(row, name, times[i].seconds * per_second);
    }
}
