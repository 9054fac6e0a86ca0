// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <dirent.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

unsigned count_entries(const char *folder)
{
    DIR *open_folder = opendir(folder);
    unsigned count = 0;

    while (open_folder != NULL && readdir(open_folder) != NULL)
        count++;
    if (open_folder != NULL)
        closedir(open_folder);
    return count;
}

unsigned count_descriptors(void)
{
    DIR *open_folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    unsigned count = 0;

    while (open_folder != NULL && (entry = readdir(open_folder)) != NULL) {
        char path[512] = "";

        (void)!readlinkat(dirfd(open_folder), entry->d_name, path, sizeof path - 1);
        count += strstr(path, "mesa_shader_cache") == NULL;
    }
    if (open_folder != NULL)
        closedir(open_folder);
    return count;
}

// By the folder's links, two more than there are threads: no descriptor is opened, which could have the number of one
// that a test has closed behind another thread's back.
static unsigned threads_now(void)
{
    struct stat st;

    return stat("/proc/self/task", &st) == 0 ? (unsigned)st.st_nlink - 2 : 0;
}

unsigned count_threads(void)
{
    enum { LASTS = 10 };
    unsigned before = 0, now;

    for (unsigned same = 0; same < LASTS; before = now) {
        now = threads_now();
        same = now == before ? same + 1 : 0;
        usleep(1000);
    }
    return before;
}

bool are_threads(unsigned expected)
{
    for (int i = 0; i < 60000; i++) {
        if (threads_now() == expected)
            return true;
        usleep(1000);
    }
    return false;
}

double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_mib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0, resident = 0;

    if (file == NULL || fscanf(file, "%lu %lu", &pages, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

void sample_take(struct sample *out_sample)
{
    malloc_trim(0);
    const struct mallinfo2 info = mallinfo2();
    out_sample->heap_mib = (double)(info.uordblks + info.hblkhd) / (1 << 20);
    out_sample->resident_mib = resident_mib();
    out_sample->descriptors = count_entries("/proc/self/fd") - 3; // . and .. and the folder's own
    out_sample->threads = count_threads();
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const struct sample *samples, size_t count, bool resident)
{
    double *values = malloc(count * sizeof *values);
    double middle = NAN;

    for (size_t i = 0; values != NULL && i < count; i++)
        values[i] = resident ? samples[i].resident_mib : samples[i].heap_mib;
    if (values != NULL) {
        qsort(values, count, sizeof *values, compare);
        middle = values[count / 2];
    }
    free(values);
    return middle;
}

void growth_find(const struct sample *samples, size_t count, struct growth *out_growth)
{
    const size_t fifth = (count + 4) / 5;
    const struct sample *last = samples + count - fifth;

    out_growth->low = out_growth->high = samples[0];
    for (size_t i = 1; i < count; i++) {
        struct sample *low = &out_growth->low, *high = &out_growth->high;
#define STRETCH(field)                                                                                                 \
    low->field = samples[i].field < low->field ? samples[i].field : low->field;                                        \
    high->field = samples[i].field > high->field ? samples[i].field : high->field
        STRETCH(heap_mib);
        STRETCH(resident_mib);
        STRETCH(descriptors);
        STRETCH(threads);
#undef STRETCH
    }
    out_growth->heap_mib = median(last, fifth, false) - median(samples, fifth, false);
    out_growth->resident_mib = median(last, fifth, true) - median(samples, fifth, true);
}
