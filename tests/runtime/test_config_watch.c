// SPDX-License-Identifier: Apache-2.0
// The watcher end to end: every way in which editors and dotfile managers change a file, each seen in less than a
// second. The seconds are those of lockstep.h.
#include "artem/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../test.h"
#include "fixture.h"
#include "lockstep.h"

#ifdef ARTEM_TEST_NO_INOTIFY
// In front of libc's: a machine that has used up its inotify instances.
int inotify_init1(int flags)
{
    (void)flags;
    errno = EMFILE;
    return -1;
}
#define LIMIT_MS 700 // polling: half a second, and the rest for a change to settle
#else
#define LIMIT_MS 150 // less than what polling takes at best
#endif

static void pause_really(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

// The clock of the file system has ticks of some milliseconds, and polling cannot tell files of one tick apart. A user
// does not write twice in one; nor does this test.
static void put(const char *path, const char *text)
{
    struct stat written, probe;

    fixture_write_text(path, text);
    CHECK_INT(stat(path, &written), 0);
    for (;;) {
        fixture_write_text(fixture_path("probe"), "");
        if (stat(fixture_path("probe"), &probe) != 0 || is_later(probe.st_mtim, written.st_mtim))
            break;
        pause_really();
    }
}

static void expect_within(int ms, struct artem_config *config, uint32_t resolution, const char *step)
{
    struct artem_settings s;

    lockstep_advance(ms);
    artem_config_get(config, &s);
    if (s.resolution != resolution)
        TEST_FAIL("%s: resolution %u after %d ms, expected %u", step, s.resolution, ms, resolution);
    test_checks++;
}

static void expect(struct artem_config *config, uint32_t resolution, const char *step)
{
    expect_within(LIMIT_MS, config, resolution, step);
}

// A change of several steps, of which the watcher may see the first alone: then the rest has to settle as well.
static void expect_steps(struct artem_config *config, uint32_t resolution, const char *step)
{
    expect_within(LIMIT_MS < 250 ? 250 : LIMIT_MS, config, resolution, step);
}

static void expect_log(const char *text, const char *step)
{
    lockstep_advance(LIMIT_MS);
    if (fixture_log_count(text) != 1)
        TEST_FAIL("%s: %d log lines with '%s'", step, fixture_log_count(text), text);
    test_checks++;
    fixture_log_clear();
}

static const char *text_of(int resolution)
{
    static char text[64];
    snprintf(text, sizeof text, "[artem]\nresolution = %d\n", resolution);
    return text;
}

static int count_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = 0;
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static void test_edits(const char *folder, const char *path, const char *other)
{
    struct artem_config *config = NULL;
    struct artem_settings s;

    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    if (!config)
        return;
    CHECK_INT(artem_config_get(config, &s), 1);
    expect_log("using the defaults", "no file yet");
    CHECK_INT(mkdir(folder, 0700), 0);
    lockstep_advance(600); // a new folder is seen by looking, twice a second
    put(path, text_of(100));
    expect(config, 100, "folder and file created");
    CHECK_INT(artem_config_get(config, &s), 2);
    lockstep_advance(700); // at rest
    put(path, text_of(101));
    expect(config, 101, "written in place");
    put(other, text_of(102));
    rename(other, path);
    expect(config, 102, "renamed over");
    put(other, text_of(103));
    rename(other, path);
    expect(config, 103, "renamed over again");

    fixture_log_clear();
    unlink(path);
    expect_log("the file is gone", "deleted");
    artem_config_get(config, &s);
    CHECK_INT(s.resolution, 103);
    put(path, text_of(104));
    expect(config, 104, "recreated");

    fixture_log_clear();
    uint32_t serial = artem_config_get(config, &s);
    put(path, "[artem]\nresolution = 200\nstrength = 7\n");
    expect_log("artem.conf:3: strength: expected a number from 0 to 1, got '7'", "bad value");
    CHECK_INT(artem_config_get(config, &s), serial);
    CHECK_INT(s.resolution, 104);
    put(path, text_of(105));
    expect(config, 105, "good again");
    CHECK_INT(artem_config_get(config, &s), serial + 1);

    fixture_log_clear();
    put(path, text_of(105));
    lockstep_advance(LIMIT_MS);
    CHECK_INT(artem_config_get(config, &s), serial + 1);
    CHECK_INT(fixture_log_count("artem"), 0);

    rename(path, other);
    lockstep_advance(LIMIT_MS);
    rename(other, path); // an editor's backup dance: nothing may change
    lockstep_advance(LIMIT_MS);
    CHECK_INT(artem_config_get(config, &s), serial + 1);

    char moved[600];
    snprintf(moved, sizeof moved, "%s-old", folder);
    CHECK_INT(rename(folder, moved), 0);
    CHECK_INT(mkdir(folder, 0700), 0);
    put(path, text_of(106));
    expect_steps(config, 106, "folder replaced");
    artem_config_close(&config);
    CHECK(config == NULL);
    artem_config_close(&config);
}

// A writer that is slow must not be read half-way, while the file is short or empty.
static void write_slowly(struct artem_config *config, const char *path, int before, int after)
{
    struct artem_settings s;

    FILE *file = fopen(path, "w"); // empty from here on
    lockstep_advance(100);
    for (const char *c = text_of(after); file && *c; c++) {
        fputc(*c, file);
        fflush(file);
        lockstep_advance(4);
        artem_config_get(config, &s);
        CHECK_INT(s.resolution, before);
    }
    if (file)
        fclose(file);
}

static void test_slow_writer(const char *path)
{
    struct artem_config *config = NULL;

    put(path, text_of(110));
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    lockstep_advance(300);
    write_slowly(config, path, 110, 111);
    expect(config, 111, "slow writer");
    unlink(path);
    lockstep_sync(); // seen by itself, not together with the new file
    write_slowly(config, path, 111, 112);
    expect(config, 112, "slow writer of a new file");
    artem_config_close(&config);
}

static void test_links(const char *folder, const char *path)
{
    struct artem_config *config = NULL;
    char dotfiles[600], target[700], second[700];

    snprintf(dotfiles, sizeof dotfiles, "%s-dotfiles", folder);
    snprintf(target, sizeof target, "%s/my.conf", dotfiles);
    snprintf(second, sizeof second, "%s/second.conf", dotfiles);
    mkdir(dotfiles, 0700);
    unlink(path);
    put(target, text_of(120));
    CHECK_INT(symlink(target, path), 0);
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    expect(config, 120, "link read");
    lockstep_advance(300);
    put(target, text_of(121));
    expect(config, 121, "link's target written");
    put(second, text_of(122));
    rename(second, target);
    expect(config, 122, "link's target renamed over");
    put(second, text_of(123));
    unlink(path);
    CHECK_INT(symlink(second, path), 0);
    expect_steps(config, 123, "link changed");
    put(second, text_of(124));
    expect(config, 124, "new target written");
    artem_config_close(&config);
}

static atomic_int handled;

static void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
}

// The host's signals never run on the watcher's thread: with the only other thread blocking it, the signal stays
// pending.
static void test_signals_blocked(const char *path)
{
    struct artem_config *config = NULL;
    sigset_t usr1, pending;

    signal(SIGUSR1, on_signal);
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, NULL);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 50; i++) // time for a thread that does not block it
        pause_really();
    CHECK_INT(atomic_load(&handled), 0);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGUSR1));
    pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
    CHECK_INT(atomic_load(&handled), 1);
    artem_config_close(&config);
}

static atomic_bool readers_stop;

static void *reader(void *user)
{
    struct artem_settings s;
    uint32_t last = 0, turn = 0;

    while (!atomic_load(&readers_stop)) {
        uint32_t serial = artem_config_get(user, &s);
        if (serial < last || (s.resolution & 1) != (s.threads & 1)) // a torn copy
            return user;
        last = serial;
        if (++turn % 64 == 0) // lets the watcher through where only one thread runs at a time
            pause_really();
    }
    return NULL;
}

static void test_readers(const char *path)
{
    struct artem_config *config = NULL;
    pthread_t threads[2];
    void *torn[2] = {NULL, NULL};

    put(path, "[artem]\nresolution = 100\nthreads = 0");
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, reader, config);
    for (int i = 1; i < 60; i++) {
        char text[64];
        snprintf(text, sizeof text, "[artem]\nresolution = %d\nthreads = %d", 100 + i, i % 2);
        put(path, text);
        lockstep_advance(LIMIT_MS);
    }
    atomic_store(&readers_stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], &torn[i]);
    CHECK(!torn[0] && !torn[1]);
    expect(config, 159, "after many writes");
    artem_config_close(&config);
}

// The watcher's thread does not look at the process's environment, which the host may be changing.
static void test_environment(const char *path)
{
    struct artem_config *config = NULL;
    struct artem_settings s;

    setenv("HOME", "/first", 1);
    put(path, "[artem]\nresolution = 100\n");
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    expect(config, 100, "before the environment changes");
    setenv("HOME", "/second", 1);
    put(path, "[artem]\nresolution = 120\nlog_file = ~/a.csv\n");
    expect(config, 120, "the environment has changed");
    artem_config_get(config, &s);
    CHECK_STR(s.log_file, "/first/a.csv");
    artem_config_close(&config);
    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = path}, &s, NULL), ARTEM_OK);
    CHECK_STR(s.log_file, "/second/a.csv");
}

// A change that comes when the process has no descriptor left is not lost.
static void test_no_descriptors(const char *path)
{
    static const char text[] = "[artem]\nresolution = 222\n";
    struct artem_config *config = NULL;
    struct rlimit before, few;
    int held[65], count = 0;

    put(path, "[artem]\nresolution = 111\n");
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config), ARTEM_OK);
    expect(config, 111, "before");
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = 64;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (count < 64 && (held[count] = dup(STDERR_FILENO)) >= 0)
        count++;
    CHECK(pwrite(file, text, sizeof text - 1, 0) == sizeof text - 1);
    close(file);
    held[count++] = dup(STDERR_FILENO); // in its place, so that nothing tells of the file later
    expect_within(LIMIT_MS + 1000, config, 111, "no descriptors");
    for (int i = 0; i < count; i++)
        close(held[i]);
    setrlimit(RLIMIT_NOFILE, &before);
    expect_within(3000, config, 222, "descriptors again");
    artem_config_close(&config);
}

static void test_open(const char *path)
{
    struct artem_config *config = NULL;
    struct artem_settings s;
    char found[ARTEM_PATH_MAX];

    CHECK_INT(artem_config_open(NULL, &config), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path}, NULL), ARTEM_ERROR_ARGUMENT);
    put(path, "[artem]\nresolution = 130\n[exe:e]\nresolution=131\n[app:a]\nstyle=s");
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path, .app_name = "a", .exe_name = "e"}, &config),
              0);
    CHECK_INT(artem_config_get(config, &s), 1);
    CHECK_INT(s.resolution, 131);
    CHECK_STR(s.style, "s");
    artem_config_close(&config);

    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = path}, &s, found), ARTEM_OK);
    CHECK_STR(found, path);
    CHECK_INT(s.resolution, 130);
    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = "/nonexistent/x"}, &s, NULL),
              ARTEM_ERROR_NOT_FOUND);
    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = "/dev/null"}, &s, NULL), ARTEM_ERROR_FORMAT);
    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = fixture_folder()}, &s, NULL), ARTEM_ERROR_FORMAT);
    put(path, "[artem]\nresolution = 5");
    CHECK_INT(artem_config_load(&(struct artem_config_params){.path = path}, &s, NULL), ARTEM_ERROR_FORMAT);
    CHECK_INT(s.resolution, 512);
    CHECK_INT(artem_config_open(&(struct artem_config_params){.path = path}, &config), ARTEM_OK);
    artem_config_get(config, &s);
    CHECK_INT(s.resolution, 512);
    artem_config_close(&config);

    for (int i = 0; i < 50; i++) { // closing at once, whatever the thread is at
        artem_config_open(&(struct artem_config_params){.path = path, .watch = true}, &config);
        artem_config_close(&config);
    }
}

static void *nothing(void *user)
{
    (void)user;
    return NULL;
}

// With the one that ThreadSanitizer starts together with a program's first.
static int count_tasks(void)
{
    pthread_t thread;
    int now, before = -1;

    pthread_create(&thread, NULL, nothing, NULL);
    pthread_join(thread, NULL);
    // A joined thread may stay listed for a moment.
    for (int same = 0; same < 100; before = now) {
        now = count_entries("/proc/self/task");
        same = now == before ? same + 1 : 0;
        pause_really();
    }
    return before;
}

int main(void)
{
    char folder[400], path[500], other[500];

    snprintf(folder, sizeof folder, "%s/conf", fixture_folder());
    snprintf(path, sizeof path, "%s/artem.conf", folder);
    snprintf(other, sizeof other, "%s/.artem.conf.swp", folder);
    int fds = count_entries("/proc/self/fd"), tasks = count_tasks();
    test_edits(folder, path, other);
    test_slow_writer(path);
    test_links(folder, path);
    unlink(path);
    test_signals_blocked(path);
    test_readers(path);
    test_environment(path);
    test_no_descriptors(path);
    test_open(path);
    CHECK_INT(count_entries("/proc/self/fd"), fds);
    // A joined thread may stay listed for a moment.
    for (int i = 0; i < 60000 && count_entries("/proc/self/task") != tasks; i++)
        pause_really();
    CHECK_INT(count_entries("/proc/self/task"), tasks);
    return test_result();
}
