// SPDX-License-Identifier: Apache-2.0
// usage: faults_test [FRAMES [PAIRS [--every-way [--every-call] | --step=N]]]
// Every call that the layer makes, of OpenXR, of Vulkan, for memory, of the system, of its engine, fails once; so
// does every call of the app. The app must not notice: its own calls return what they do without
// the layer, every frame arrives, as it is or rightly painted, nothing is left behind, nothing hangs, and the log says
// a few lines at most. PAIRS: so many pairs of faults as well, at random. In sessions of more than nine frames, frames
// are alike: of those between the first ones and the last ones not every call fails, but each of a frame's calls does
// in some frames; --every-call: all do. --step: one call in N fails, for builds that are slow.
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault_vulkan.h"
#include "faults.h"
#include "measure.h"
#include "script.h"
#include "test.h"

enum {
    SECONDS_MAX = 60,
    LOG_LINES_MAX = 12,
    FEW = 3,    // frames of the sessions that tell how many calls a frame has
    FIRST = 8,  // frames whose every call fails
    LAST = 1,   // likewise
    STRIDE = 11 // of the calls in between; a frame has so many of no kind
};

static char folder[] = "/tmp/artem-faults.XXXXXX";
static unsigned frames = 3;
static bool every_way, every_call;
static unsigned few_calls[FAULT_KINDS], all_calls[FAULT_KINDS]; // of sessions of FEW frames, and of `frames`
static unsigned step = 1;
static struct script_history history;
static unsigned tried[FAULT_KINDS], survived[FAULT_KINDS];
static unsigned most_lines, pairs_tried, pairs_survived, styled_frames, all_frames;
static struct fault worst;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    return ftw->level > 0 ? remove(path) : 0;
}

// But for the configuration, which the layer watches.
static void clean_folder(bool all)
{
    char path[128];

    if (all)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    snprintf(path, sizeof path, "%s/frames.csv", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/recording/session.artrec", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/recording", folder);
    rmdir(path);
}

// All that reads and writes files: a log, a recording, a control socket.
static void write_config(void)
{
    char path[128];

    snprintf(path, sizeof path, "%s/artem.conf", folder);
    FILE *file = fopen(path, "we");
    CHECK(file != NULL);
    fprintf(file,
            "[artem]\nbudget_ms = 0\nresolution = 64\nlog_file = %s/frames.csv\nrecord = %s/recording\n"
            "record_frames = 2\n",
            folder, folder);
    fclose(file);
}

static void tell_fault(const struct fault *fault, const char *what)
{
    fprintf(stderr, "%s number %u (%s), way %u: %s\n", fault_kind_names[fault->kind], fault->number,
            fault->function != NULL ? fault->function : "not reached", fault->way, what);
}

static void tell_faults(const char *what)
{
    for (unsigned i = 0; i < fault_count; i++)
        tell_fault(&fault_wanted[i], what);
}

// The process ends, so that printing may go wrong.
static void on_signal(int number)
{
    tell_faults(number == SIGALRM ? "the layer hangs" : "the layer crashes");
    _exit(1);
}

// Of sanitizers, where they are there: called after they have said what is wrong.
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void on_death(void)
{
    tell_faults("the sanitizer stops it");
}

static void watch_crashes(void)
{
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(on_death);
    } else {
        signal(SIGSEGV, on_signal);
        signal(SIGABRT, on_signal);
    }
}

struct rest {
    long allocations, objects;
    unsigned descriptors, threads;
};

static struct rest rest_now(void)
{
    return (struct rest){fault_live_allocations(), fault_live_objects(), count_descriptors(),
                         count_entries("/proc/self/task")};
}

static bool is_same_rest(const struct rest *a, const struct rest *b)
{
    return a->allocations == b->allocations && a->objects == b->objects && a->descriptors == b->descriptors &&
           a->threads == b->threads;
}

// The thread that watches the configuration may be at work, since the layer's own files are beside it.
static struct rest rest_settled(void)
{
    struct rest before, now = rest_now();
    int tries = 0;

    do {
        before = now;
        usleep(1000);
        now = rest_now();
    } while (!is_same_rest(&before, &now) && ++tries < 100);
    return now;
}

static bool is_same_history(const struct script_history *expected)
{
    for (unsigned i = 0; i < expected->count || i < history.count; i++) {
        if (i < expected->count && i < history.count && expected->functions[i] == history.functions[i] &&
            expected->results[i] == history.results[i])
            continue;
        fprintf(stderr, "call %u of the app, %s, returns %d, but %d without the layer\n", i,
                i < history.count ? history.functions[i] : "none", i < history.count ? history.results[i] : 0,
                i < expected->count ? expected->results[i] : 0);
        return false;
    }
    return true;
}

// An instance and a device alone: what the layer does before and after sessions.
static void open_and_close(void)
{
    memset(&history, 0, sizeof history);
    CHECK(app_open(true) == NULL);
    app_close();
}

// One run with the faults that are wanted; `expected` is what the app sees without the layer, NULL: the run is without
// a session.
static bool survives(const struct script_history *expected)
{
    static const struct script_history nothing;
    const int failures = test_failures;
    const struct rest before = rest_settled();

    clean_folder(false);
    fault_log_lines();
    alarm(SECONDS_MAX);
    if (expected != NULL)
        script_session(frames, &history);
    else
        open_and_close();
    expected = expected != NULL ? expected : &nothing;
    alarm(0);
    const unsigned lines = fault_log_lines();
    // A thread that was joined may need a moment to vanish.
    struct rest after = rest_now();
    for (int i = 0; i < 100 && !is_same_rest(&after, &before); i++) {
        usleep(1000);
        after = rest_now();
    }
    if (lines > most_lines) {
        most_lines = lines;
        worst = fault_wanted[0];
    }
    styled_frames += history.styled;
    all_frames += history.frames;
    CHECK(is_same_history(expected));
    CHECK_INT(history.arrived, history.frames);
    CHECK(!history.wrong);
    CHECK_INT(after.allocations, before.allocations);
    CHECK_INT(after.objects, before.objects);
    CHECK_INT(after.descriptors, before.descriptors);
    CHECK(after.threads <= before.threads);
    CHECK(lines <= LOG_LINES_MAX + frames / 10);
    return test_failures == failures;
}

static void set_fault(unsigned at, enum fault_kind kind, unsigned number, unsigned way)
{
    fault_wanted[at] = (struct fault){.kind = kind, .number = number, .way = way};
    fault_count = at + 1;
}

static void try_fault(enum fault_kind kind, unsigned number, unsigned way, const struct script_history *expected)
{
    fault_reset();
    set_fault(0, kind, number, way);
    const bool good = survives(expected);
    if (!fault_wanted[0].hit && good)
        return; // threads do not always make as many calls
    tried[kind]++;
    survived[kind] += good;
    if (!good)
        tell_fault(&fault_wanted[0], "the app notices");
}

static const unsigned ways[FAULT_KINDS] = {2, 3, 3, 1, 2, 3};

static bool is_way(enum fault_kind kind, unsigned number, unsigned way)
{
    return every_way || way == number % ways[kind];
}

// Whether this call of a session should fail.
static bool is_sampled(enum fault_kind kind, unsigned number)
{
    const unsigned few = few_calls[kind], all = all_calls[kind];
    unsigned each;

    if (every_call || frames <= FIRST + LAST)
        return true;
    each = (all - few) / (frames - FEW);
    return number <= few + (FIRST - FEW) * each || number + few + LAST * each > all || number % STRIDE == 0;
}

// What the app gets without the layer, first without any fault, then with each of its own calls failing.
static struct script_history *run_without_layer(unsigned *out_calls)
{
    struct script_history *histories;

    app_without_layer = true;
    CHECK(app_open(true) == NULL);
    fault_reset();
    script_session(FEW, &history);
    few_calls[FAULT_APP] = fault_calls(FAULT_APP);
    fault_reset();
    script_session(frames, &history);
    all_calls[FAULT_APP] = *out_calls = fault_calls(FAULT_APP);
    histories = calloc(1 + *out_calls * ways[FAULT_APP], sizeof *histories);
    if (histories == NULL)
        abort();
    histories[0] = history;
    for (unsigned i = 0; i < *out_calls * ways[FAULT_APP]; i++) {
        const unsigned number = 1 + i / ways[FAULT_APP], way = i % ways[FAULT_APP];

        if (!is_sampled(FAULT_APP, number) || !is_way(FAULT_APP, number, way))
            continue;
        fault_reset();
        set_fault(0, FAULT_APP, number, way);
        script_session(frames, &histories[1 + i]);
    }
    fault_reset();
    app_close();
    app_without_layer = false;
    return histories;
}

// ARTEM_FAULT_ONLY=KIND or KIND:NUMBER, to look at some; the program fails then, having not tried the others.
static bool is_chosen(enum fault_kind kind, unsigned number)
{
    const char *only = getenv("ARTEM_FAULT_ONLY");
    unsigned wanted_kind, wanted_number;
    const int given = only != NULL ? sscanf(only, "%u:%u", &wanted_kind, &wanted_number) : 0;

    return given < 1 || (wanted_kind == (unsigned)kind && (given < 2 || wanted_number == number));
}

static void try_kind(enum fault_kind kind, unsigned calls, const struct script_history *histories, bool in_sessions)
{
    const double begin = now_s();
    const unsigned tried_before = tried[kind];

    for (unsigned number = 1; number <= calls; number += step)
        for (unsigned way = 0; way < ways[kind]; way++) {
            if (!is_chosen(kind, number) || !is_way(kind, number, way) || (in_sessions && !is_sampled(kind, number)))
                continue;
            const unsigned of_app = kind == FAULT_APP ? 1 + (number - 1) * ways[kind] + way : 0;
            try_fault(kind, number, way, in_sessions ? &histories[of_app] : NULL);
        }
    printf("%-22s %5u calls in %s, %6u faults tried (%.0f s)\n", fault_kind_names[kind], calls,
           in_sessions ? "a session" : "an instance", tried[kind] - tried_before, now_s() - begin);
    fflush(stdout);
}

// What is made on first use and stays is made now; then the calls of a run without faults are counted.
static void count_calls(unsigned counts[FAULT_KINDS], const struct script_history *expected)
{
    if (expected != NULL)
        script_session(frames, &history);
    else
        open_and_close();
    fault_reset();
    CHECK(survives(expected));
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        counts[kind] = fault_calls((enum fault_kind)kind);
}

// Without faults of the app, which would need a run without the layer each.
static void try_pairs(const unsigned counts[FAULT_KINDS], unsigned pairs, const struct script_history *expected)
{
    srand(1);
    for (unsigned i = 0; i < pairs; i++) {
        fault_reset();
        for (unsigned at = 0; at < 2; at++) {
            const enum fault_kind kind = (enum fault_kind)(FAULT_OWN + rand() % (FAULT_KINDS - FAULT_OWN));
            set_fault(at, kind, 1 + (unsigned)rand() % counts[kind], (unsigned)rand() % ways[kind]);
        }
        const bool good = survives(expected);
        pairs_tried++;
        pairs_survived += good;
        for (unsigned at = 0; at < 2 && !good; at++)
            tell_fault(&fault_wanted[at], "the app notices these two");
    }
    printf("pairs of faults: %u tried, %u survived\n", pairs_tried, pairs_survived);
    CHECK_INT(pairs_survived, pairs_tried);
}

int main(int argc, char **argv)
{
    unsigned counts[FAULT_KINDS], app_calls;

    if (argc > 1 && atoi(argv[1]) > 0)
        frames = (unsigned)atoi(argv[1]);
    const unsigned pairs = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    every_way = argc > 3 && strcmp(argv[3], "--every-way") == 0;
    every_call = argc > 4 && strcmp(argv[4], "--every-call") == 0;
    if (argc > 3 && strncmp(argv[3], "--step=", 7) == 0 && atoi(argv[3] + 7) > 0)
        step = (unsigned)atoi(argv[3] + 7);
    CHECK(mkdtemp(folder) != NULL);
    char path[128];
    snprintf(path, sizeof path, "%s/artem.conf", folder);
    fault_write_folder = folder;
    setenv("ARTEM_CONFIG", path, 1);
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("XDG_CACHE_HOME", folder, 1);
    setenv("ARTEM_LOG", "warn", 0);
    signal(SIGALRM, on_signal);
    if (getenv("ARTEM_FAULT_ONLY") == NULL)
        watch_crashes();
    write_config();
    const char *missing = app_open(true);
    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        clean_folder(true);
        rmdir(folder);
        return TEST_SKIPPED;
    }
    app_close();
    fault_install();

    struct script_history *histories = run_without_layer(&app_calls);
    count_calls(counts, NULL);
    for (int kind = FAULT_OWN; kind < FAULT_KINDS; kind++)
        try_kind((enum fault_kind)kind, counts[kind], NULL, false);
    CHECK(app_open(true) == NULL);
    fault_reset();
    script_session(FEW, &history);
    for (int kind = FAULT_OWN; kind < FAULT_KINDS; kind++)
        few_calls[kind] = fault_calls((enum fault_kind)kind);
    count_calls(counts, histories);
    CHECK_INT(history.styled, frames - 1); // or nothing is tested
    CHECK_INT(counts[FAULT_APP], app_calls);
    memcpy(all_calls, counts, sizeof all_calls);
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        try_kind((enum fault_kind)kind, counts[kind], histories, true);
    if (pairs > 0)
        try_pairs(counts, pairs, histories);
    fault_reset();
    app_close();
    free(histories);

    unsigned all_tried = 0, all_survived = 0;
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        printf("faults in %-22s %6u tried, %6u survived\n", fault_kind_names[kind], tried[kind], survived[kind]);
        CHECK(tried[kind] > 0);
        all_tried += tried[kind];
        all_survived += survived[kind];
    }
    printf("faults in all: %u tried, %u survived, in sessions of %u frames\n", all_tried, all_survived, frames);
    CHECK_INT(all_survived, all_tried);
    printf("frames: %u, all arrived, %u of them painted; at most %u lines in the log\n", all_frames, styled_frames,
           most_lines);
    if (most_lines > LOG_LINES_MAX)
        tell_fault(&worst, "too many lines");
    CHECK_INT(fault_writes_elsewhere(), 0);
    clean_folder(true);
    rmdir(folder);
    return test_result();
}
