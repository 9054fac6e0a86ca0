// SPDX-License-Identifier: Apache-2.0
// What the parts of `artem bench` share: timing, and results as a table for people and as JSON for programs.
#ifndef ARTEM_CLI_BENCH_H
#define ARTEM_CLI_BENCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../json.h"
#include "../progress.h"
#include "artem_kernels/kernels.h"

struct bench {
    cJSON *rows; // NULL: only the table
    struct progress progress;
    double share, part; // of the whole work: what is done, and what one part is
    double seconds;     // per measurement
    uint32_t threads, width, height, views;
    const char *style;
    const char *devices; // list of those that share frames; NULL: pools of a thread each
    bool sweep;          // also pictures of other sizes
};

// Numbers of the options, within bounds; false if the text is none.
bool bench_parse_number(const char *text, double low, double high, double *out);
bool bench_parse_count(const char *text, double high, uint32_t *out); // a whole one from 1 on

// The file of --json, opened before the work; path NULL: none. Both false after a message.
struct bench_json {
    const char *path;
    FILE *file;
    cJSON *root;
};
bool bench_json_open(struct bench_json *json, const char *path, const char *command, struct bench *bench);
bool bench_json_close(struct bench_json *json);

double bench_now(void); // seconds

// Calls run(user) again and again; times in seconds, sorted, at least one, at most ARTEM_BENCH_TIMES.
enum { ARTEM_BENCH_TIMES = 4096 };
struct bench_times {
    int count;
    double time[ARTEM_BENCH_TIMES];
};
// Short calls are timed in groups of about a millisecond.
void bench_time_short(double seconds, void (*run)(void *user), void *user, struct bench_times *out);
void bench_sort(struct bench_times *times);
double bench_percentile(const struct bench_times *times, double percent);

// A new object among the rows, to be filled; NULL, which cJSON takes as well, without JSON.
cJSON *bench_row(struct bench *bench, const char *part);
// Best, median and 99th percentile, in seconds, as best_, p50_ and p99_ with a unit of so many per second.
void bench_add_times(cJSON *row, const char *unit, double per_second, double best, double p50, double p99);

// Products per second that the inner loop of a convolution could do if nothing but its arithmetic took time, measured
// on registers alone; 0 where it is not known.
enum bench_loop { BENCH_UNIT, BENCH_CONV8 };
double bench_bound(enum artem_cpu cpu, enum bench_loop loop);

void bench_kernels(struct bench *bench);
int bench_network(struct bench *bench);    // CLI_OK or CLI_ERROR
int bench_end_to_end(struct bench *bench); // likewise
int bench_devices(struct bench *bench);    // likewise
int bench_vulkan(struct bench *bench);     // likewise
int bench_gpu(int argc, char **argv);      // artem bench gpu

#endif
