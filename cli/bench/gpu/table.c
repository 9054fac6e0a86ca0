// SPDX-License-Identifier: Apache-2.0
// Rows of `artem bench gpu`: checked, timed, printed, compared.
#include <stdio.h>
#include <string.h>

#include "gpu.h"

// Products per clock and multiprocessor, by compute capability. Computed: NVIDIA's printed rates of the largest chip
// divided by its multiprocessors and clock. Bits: eight times int8, where they are native. Population count: 32 bits at
// 16 a clock, and one carry-save level, whose logic is what limits it. 4-bit floats: where a warp's matrix instructions
// have them. 10.x: of tcgen05, which a warp's own instructions may not reach.
static const struct {
    int capability;
    double rates[GPU_NO_RATE];
} chips[] = {
    {75, {64, 512, 1024, 8192, 880, 0}},   {80, {64, 1024, 2048, 16384, 880, 0}},
    {86, {128, 512, 1024, 8192, 880, 0}},  {87, {128, 512, 1024, 8192, 880, 0}},
    {89, {128, 512, 1024, 8192, 880, 0}},  {90, {128, 2048, 4096, 32768, 880, 0}},
    {100, {128, 4096, 8192, 0, 880, 0}},   {103, {128, 4096, 256, 0, 880, 0}},
    {120, {128, 512, 1024, 0, 880, 2048}}, {121, {128, 512, 1024, 0, 880, 2048}},
};

double gpu_peak(const struct gpu *gpu, enum gpu_rate rate)
{
    for (size_t i = 0; i < sizeof chips / sizeof chips[0] && rate != GPU_NO_RATE; i++)
        if (chips[i].capability == gpu->capability)
            return chips[i].rates[rate] * gpu->multiprocessors * gpu->clock;
    return 0;
}

void gpu_table_begin(struct gpu_table *table, const char *part, double products, const char *title)
{
    *table = (struct gpu_table){.part = part, .products = products};
    snprintf(table->title, sizeof table->title, "%s", title);
    printf("%s: %.4g products\n", title, products);
    printf("  %-34s %10s %10s %10s %8s\n", "", "p50 ms", "p99", "TOPS", "of peak");
}

static struct gpu_table_row *add(struct gpu_table *table, const char *name)
{
    static struct gpu_table_row surplus; // never needed

    if (table->count == GPU_ROWS)
        return &surplus;
    table->rows[table->count] = (struct gpu_table_row){.name = name};
    return &table->rows[table->count++];
}

static cJSON *json_row(struct gpu *gpu, const struct gpu_table *table, const char *name)
{
    cJSON *row = bench_row(gpu->bench, table->part);

    cJSON_AddStringToObject(row, "case", table->title);
    cJSON_AddStringToObject(row, "row", name);
    return row;
}

void gpu_table_missing(struct gpu *gpu, struct gpu_table *table, const char *name, const char *why)
{
    add(table, name);
    printf("  %-34s %s\n", name, why);
    cJSON_AddStringToObject(json_row(gpu, table, name), "missing", why);
}

bool gpu_table_row(struct gpu *gpu, struct gpu_table *table, const struct gpu_row *row)
{
    static struct bench_times times;
    int group;

    if (!row->run(row->user)) {
        add(table, row->name);
        printf("  %-34s does not run\n", row->name);
        cJSON_AddStringToObject(json_row(gpu, table, row->name), "missing", "does not run");
        return true;
    }
    if (row->check != NULL && !row->check(row->user)) {
        add(table, row->name);
        printf("  %-34s WRONG\n", row->name);
        cJSON_AddBoolToObject(json_row(gpu, table, row->name), "wrong", true);
        gpu->wrong += row->role == GPU_PEER;
        return row->role == GPU_PEER;
    }
    progress_show(&gpu->bench->progress, gpu->bench->share, "%s: %s", table->title, row->name);
    const bool timed = gpu_time(gpu, row->run, row->user, &times, &group);
    progress_hide(&gpu->bench->progress);
    if (timed)
        gpu_table_times(gpu, table, row, &times, group);
    return timed;
}

void gpu_table_times(struct gpu *gpu, struct gpu_table *table, const struct gpu_row *row,
                     const struct bench_times *times, int group)
{
    struct gpu_table_row *kept = add(table, row->name);
    const double p50 = bench_percentile(times, 50), p99 = bench_percentile(times, 99);
    const double peak = gpu_peak(gpu, row->rate), rate = table->products / p50;
    kept->p50 = p50;
    kept->role = row->role;
    printf("  %-34s %10.4f %10.4f", row->name, p50 * 1e3, p99 * 1e3);
    if (row->rate != GPU_NO_RATE)
        printf(" %10.2f", 2e-12 * rate);
    if (peak > 0)
        printf(" %6.1f %%", 100 * rate / peak);
    if (row->rate == GPU_FP32)
        printf("   %.0f GFLOP/s", 2e-9 * rate);
    putchar('\n');
    fflush(stdout);
    cJSON *json = json_row(gpu, table, row->name);
    bench_add_times(json, "us", 1e6, times->time[0], p50, p99);
    cJSON_AddNumberToObject(json, "runs", times->count);
    cJSON_AddNumberToObject(json, "group", group);
    if (row->rate != GPU_NO_RATE)
        cJSON_AddNumberToObject(json, "tops", 2e-12 * rate);
    if (peak > 0)
        cJSON_AddNumberToObject(json, "peak_tops", 2e-12 * peak);
    cJSON_AddBoolToObject(json, "checked", row->check != NULL);
}

void gpu_table_adopt(struct gpu_table *table, const struct gpu_table *from)
{
    for (int i = 0; i < from->count; i++)
        if (from->rows[i].role == GPU_PEER)
            *add(table, from->rows[i].name) = from->rows[i];
}

void gpu_table_end(struct gpu *gpu, const struct gpu_table *table)
{
    for (int i = 0; i < table->count; i++) {
        const struct gpu_table_row *ours = &table->rows[i];
        const char *before = ": ";
        if (ours->p50 == 0 || ours->role != GPU_OURS)
            continue;
        printf("  %s", ours->name);
        for (int k = 0; k < table->count; k++) {
            const struct gpu_table_row *peer = &table->rows[k];
            if (peer->p50 == 0 || peer->role != GPU_PEER)
                continue;
            printf("%s%.2f x %s", before, peer->p50 / ours->p50, peer->name);
            before = ", ";
            cJSON *json = json_row(gpu, table, ours->name);
            cJSON_AddStringToObject(json, "peer", peer->name);
            json_add_number(json, "times", peer->p50 / ours->p50);
        }
        putchar('\n');
    }
}
