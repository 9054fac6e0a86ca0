// SPDX-License-Identifier: Apache-2.0
#include "passes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli.h"
#include "../passes.h"
#include "artem/cuda.h"
#include "artem/engine_vulkan.h"
#include "paint.h"

struct passes {
    uint32_t count;
    struct {
        char name[16];
        struct bench_times times; // seconds, sorted
    } pass[ARTEM_PASSES_MAX];
    struct bench_times all; // of each frame
    double p50;             // of all passes, added
};

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool add_frame(void *user, const struct artem_pass *passes, uint32_t count, int frame)
{
    struct passes *out = user;
    double sum = 0;

    if (frame == 0)
        out->count = count;
    if (count == 0 || count != out->count)
        return false;
    for (uint32_t k = 0; k < count; k++) {
        memcpy(out->pass[k].name, passes[k].name, sizeof out->pass[k].name);
        out->pass[k].times.time[frame] = passes[k].milliseconds * 1e-3;
        out->pass[k].times.count = frame + 1;
        sum += passes[k].milliseconds * 1e-3;
    }
    out->all.time[frame] = sum;
    out->all.count = frame + 1;
    return true;
}

// What is done with the passes of a frame that was painted; false ends it.
typedef bool (*passes_visitor)(void *user, const struct artem_pass *passes, uint32_t count, int frame);

// So many frames, after `seconds` of the same.
static bool visit_frames(struct bench_pictures *p, double seconds, int frames, passes_visitor visit, void *user)
{
    struct artem_pass passes[ARTEM_PASSES_MAX];

    artem_engine_get_passes(p->engine, passes); // asks for them
    bool good = bench_pictures_warm(p, seconds);
    for (int i = 0; i < frames && i < ARTEM_BENCH_TIMES && good; i++)
        good = paint_frame(p->engine, &p->frame) == ARTEM_OK &&
               visit(user, passes, artem_engine_get_passes(p->engine, passes), i);
    return good;
}

static bool collect(struct bench_pictures *p, double seconds, int frames, struct passes *out)
{
    if (!visit_frames(p, seconds, frames, add_frame, out))
        return false;
    out->p50 = 0;
    for (uint32_t k = 0; k < out->count; k++) {
        bench_sort(&out->pass[k].times);
        out->p50 += bench_percentile(&out->pass[k].times, 50);
    }
    bench_sort(&out->all);
    return true;
}

// An engine is told its form by the environment.
static bool make_in_form(struct bench_pictures *p, struct bench *bench, uint32_t width, uint32_t height,
                         const char *form)
{
    static const char variable[] = "ARTEM_CUDA_FORM";
    const struct artem_engine_params params = {.backend = "cuda"};
    const char *was = getenv(variable);
    char *kept = was != NULL ? strdup(was) : NULL;

    if (form != NULL)
        setenv(variable, form, 1);
    const bool good = bench_pictures_make(p, &params, bench, 1, 4 * width, 4 * height);
    if (kept != NULL)
        setenv(variable, kept, 1);
    else
        unsetenv(variable);
    free(kept);
    return good;
}

// Of each unit, with the launch before it, for sums that live frames have no need of.
static bool add_units(void *user, const struct artem_pass *passes, uint32_t count, int frame)
{
    struct bench_times *out = user;

    (void)frame;
    for (uint32_t k = 1; k < count && out->count < ARTEM_BENCH_TIMES; k++)
        if (begins(passes[k].name, "unit"))
            out->time[out->count++] = (passes[k - 1].milliseconds + passes[k].milliseconds) * 1e-3;
    return true;
}

bool gpu_unit_times(struct bench *bench, uint32_t width, uint32_t height, int frames, const char *form,
                    struct bench_times *out)
{
    struct bench_pictures p;
    char why[256];

    out->count = 0;
    if (artem_cuda_probe(NULL, NULL, why, sizeof why) != ARTEM_OK || !make_in_form(&p, bench, width, height, form))
        return false;
    const bool good = visit_frames(&p, bench->seconds, frames, add_units, out);
    bench_sort(out);
    bench_pictures_free(&p);
    return good && out->count > 0;
}

// Live frames have no need of the encoder's second launch and of the units' first ones, which do nothing then; the last
// of their blocks make the gains.
static const struct bench_pass *work_of(const char *name, bool exact)
{
    const bool idle = begins(name, "sums") || strcmp(name, "encoder again") == 0;

    return idle && !exact ? NULL : bench_pass_find(name);
}

static cJSON *json_row(struct bench *bench, const struct bench_pictures *p, const char *key, const char *name,
                       double seconds, double all)
{
    cJSON *row = bench_row(bench, "gpu frames");

    cJSON_AddStringToObject(row, key, name);
    cJSON_AddStringToObject(row, "statistics", p->frame.exact ? "exact" : "live");
    cJSON_AddNumberToObject(row, "width", p->frame.view[0].width);
    cJSON_AddNumberToObject(row, "height", p->frame.view[0].height);
    cJSON_AddNumberToObject(row, "p50_ms", seconds * 1e3); // all digits: they add up
    cJSON_AddNumberToObject(row, "share", all > 0 ? seconds / all : 0);
    return row;
}

static void print_pass(struct bench *bench, const struct gpu_options *o, const struct bench_pictures *p,
                       const struct passes *passes, uint32_t k)
{
    const char *name = passes->pass[k].name;
    const struct bench_pass *work = work_of(name, p->frame.exact);
    const double cells = p->frame.views * (double)p->frame.view[0].width * p->frame.view[0].height / 16;
    const double p50 = bench_percentile(&passes->pass[k].times, 50), p99 = bench_percentile(&passes->pass[k].times, 99);
    cJSON *row = json_row(bench, p, "pass", name, p50, passes->p50);

    cJSON_AddNumberToObject(row, "p99_ms", p99 * 1e3);
    printf("    %-14s %9.4f %9.4f %6.1f %%", name, p50 * 1e3, p99 * 1e3, 100 * p50 / passes->p50);
    if (work != NULL && p50 > 0) {
        const double rate = cells * work->bytes / p50, products = cells * work->products / p50;
        const double peak = work->binary && o->bits > 0 ? o->bits : o->int8; // bits as bytes where they are not native
        printf(" %9.1f GB/s", rate * 1e-9);
        cJSON_AddNumberToObject(row, "gb_per_s", rate * 1e-9);
        if (o->memory > 0) {
            printf(" %5.1f %%", 100 * rate / o->memory);
            cJSON_AddNumberToObject(row, "of_memory", rate / o->memory);
        }
        if (products > 0) {
            printf(" %9.2f TOPS", 2e-12 * products);
            cJSON_AddNumberToObject(row, "tops", 2e-12 * products);
        }
        if (products > 0 && peak > 0) {
            printf(" %5.1f %%", 100 * products / peak);
            cJSON_AddNumberToObject(row, "of_peak", products / peak);
        }
        // The time that is needed at least, by whichever takes longer.
        if (o->memory > 0)
            cJSON_AddNumberToObject(row, "of_bound", fmax(rate / o->memory, peak > 0 ? products / peak : 0));
    }
    putchar('\n');
}

static void print_kinds(struct bench *bench, const struct bench_pictures *p, const struct passes *passes)
{
    static const struct {
        const char *name, *begins;
    } kinds[] = {{"input", "input"}, {"encoder", "encoder"}, {"units", "unit"}, {"sums", "sums"}, {"decoder", "d"}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < passes->count; k++)
            if (begins(passes->pass[k].name, kinds[i].begins))
                sum += bench_percentile(&passes->pass[k].times, 50);
        printf("    all %-10s %9.4f %9s %6.1f %%\n", kinds[i].name, sum * 1e3, "", 100 * sum / passes->p50);
        json_row(bench, p, "kind", kinds[i].name, sum, passes->p50);
    }
    printf("    all            %9.4f\n", passes->p50 * 1e3);
    json_row(bench, p, "kind", "all", passes->p50, passes->p50);
}

bool gpu_pass_rows(struct bench *bench, const struct gpu_options *o, struct bench_pictures *p,
                   struct bench_times *out_kernels)
{
    static struct passes passes;
    bool good = true;

    for (int exact = 0; exact < 2 && good; exact++) {
        p->frame.exact = exact;
        good = collect(p, bench->seconds, o->frames, &passes);
        if (!good || passes.p50 <= 0) {
            good = cli_error("the passes of a frame cannot be timed") == CLI_OK;
            break;
        }
        printf("  %s: passes of %d frames\n", exact ? "exact statistics" : "live", passes.all.count);
        printf("    %-14s %9s %9s %8s %14s %7s %14s %7s\n", "", "p50 ms", "p99", "of all", "bytes", "memory",
               "products", "peak");
        for (uint32_t k = 0; k < passes.count; k++)
            print_pass(bench, o, p, &passes, k);
        print_kinds(bench, p, &passes);
        if (!exact)
            *out_kernels = passes.all;
    }
    p->frame.exact = false;
    return good;
}
