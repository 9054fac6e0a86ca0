// SPDX-License-Identifier: Apache-2.0
// Log lines in a process that is not ours: one write each, no forged lines, no signal, no wait.
#include "artem/log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../test.h"

static char captured[200000];

// Runs fn in a child whose ARTEM_LOG is `setting` and whose standard error is captured. Returns the wait status.
static int in_child(const char *setting, void (*fn)(void))
{
    int pipes[2];

    if (pipe(pipes) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], 2);
        close(pipes[0]);
        close(pipes[1]);
        setting ? setenv("ARTEM_LOG", setting, 1) : unsetenv("ARTEM_LOG");
        fn();
        _exit(0);
    }
    close(pipes[1]);
    size_t size = 0;
    ssize_t n;
    while ((n = read(pipes[0], captured + size, sizeof captured - 1 - size)) > 0)
        size += (size_t)n;
    captured[size] = '\0';
    close(pipes[0]);
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static void all_levels(void)
{
    artem_log_init();
    artem_log_init();
    for (int level = -1; level < 5; level++)
        artem_log((enum artem_log_level)level, "level %d", level);
}

static void strange_text(void)
{
    char longest[5000];

    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    artem_log(ARTEM_LOG_INFO, "a\nartem: error: forged\t%s", "\x1B[31m");
    artem_log(ARTEM_LOG_INFO, "%s", longest);
    errno = ENOENT;
    artem_log(ARTEM_LOG_INFO, "%m");
    if (errno == ENOENT)
        artem_log(ARTEM_LOG_INFO, "kept");
}

static void broken_pipe(void)
{
    int pipes[2];
    if (pipe(pipes) != 0)
        return;
    signal(SIGPIPE, SIG_DFL);
    close(pipes[0]);
    dup2(pipes[1], 2);
    artem_log(ARTEM_LOG_ERROR, "nobody reads this");
}

static void full_pipe(void)
{
    int pipes[2];
    if (pipe(pipes) != 0)
        return;
    dup2(pipes[1], 2);
    for (int i = 0; i < 20000; i++) // would hang here
        artem_log(ARTEM_LOG_ERROR, "the reader sleeps");
}

// A file of the process's may not grow any more.
static void full_file(void)
{
    const struct rlimit limit = {20, 20};

    signal(SIGXFSZ, SIG_DFL);
    setrlimit(RLIMIT_FSIZE, &limit);
    artem_log_init();
    for (int i = 0; i < 3; i++)
        artem_log(ARTEM_LOG_ERROR, "longer than it may be");
}

static void no_stderr(void)
{
    close(2);
    artem_log(ARTEM_LOG_ERROR, "nowhere");
}

static void *many_lines(void *user)
{
    for (int i = 0; i < 200; i++)
        artem_log(ARTEM_LOG_INFO, "%s %03d", (const char *)user, i);
    return NULL;
}

static void threads(void)
{
    pthread_t thread;
    artem_log_init();
    pthread_create(&thread, NULL, many_lines, "other");
    many_lines("first");
    pthread_join(thread, NULL);
}

// Every child starts with a log that is not yet initialised, so that this program may not use the fixture's.
int main(void)
{
    static const char three[] = "artem: error: level 0\nartem: warn: level 1\nartem: info: level 2\n";
    char folder[] = "/tmp/artem-test-log-XXXXXX", file[100], setting[200], text[200] = "";
    unsigned counter = 0, times = 0;

    CHECK_INT(in_child(NULL, all_levels), 0);
    CHECK_STR(captured, three);
    CHECK_INT(in_child("ERROR", all_levels), 0);
    CHECK_STR(captured, "artem: error: level 0\n");
    CHECK_INT(in_child("debug", all_levels), 0);
    CHECK(strstr(captured, "artem: debug: level 3\n") != NULL && strstr(captured, "level 4") == NULL);
    CHECK_INT(in_child("loud", all_levels), 0);
    CHECK(strncmp(captured, "artem: warn: ARTEM_LOG: expected", 32) == 0);
    CHECK(strstr(captured, three) != NULL);

    CHECK(mkdtemp(folder) != NULL);
    snprintf(file, sizeof file, "%s/log", folder);
    snprintf(setting, sizeof setting, "warn:%s", file);
    CHECK_INT(in_child(setting, all_levels), 0);
    CHECK_STR(captured, "");
    CHECK_INT(in_child(setting, all_levels), 0); // appends
    FILE *log = fopen(file, "r");
    CHECK(log != NULL);
    if (log) {
        text[fread(text, 1, sizeof text - 1, log)] = '\0';
        fclose(log);
    }
    CHECK_STR(text, "artem: error: level 0\nartem: warn: level 1\nartem: error: level 0\nartem: warn: level 1\n");
    CHECK_INT(in_child(setting, full_file), 0);
    unlink(file);
    rmdir(folder);
    CHECK_INT(in_child(setting, all_levels), 0); // the folder is gone
    CHECK(strstr(captured, "cannot be written (No such file or directory); using standard error\n") != NULL);
    CHECK(strstr(captured, "artem: warn: level 1\n") != NULL);

    CHECK_INT(in_child(NULL, strange_text), 0);
    CHECK(strstr(captured, "artem: info: a?artem: error: forged??[31m\n") != NULL);
    CHECK(strstr(captured, "yyy...\n") != NULL);
    CHECK(strstr(captured, "artem: info: No such file or directory\nartem: info: kept\n") != NULL);
    CHECK_INT(in_child(NULL, broken_pipe), 0);
    CHECK_INT(in_child(NULL, full_pipe), 0);
    CHECK_INT(in_child(NULL, no_stderr), 0);

    CHECK_INT(in_child(NULL, threads), 0);
    for (int i = 0; i < 200; i++) { // whole lines only
        snprintf(text, sizeof text, "artem: info: other %03d\n", i);
        CHECK(strstr(captured, text) != NULL);
        snprintf(text, sizeof text, "artem: info: first %03d\n", i);
        CHECK(strstr(captured, text) != NULL);
    }

    for (unsigned i = 0; i < 1000; i++)
        times += artem_log_once_in_a_while(&counter) != 0;
    CHECK_INT(times, 10); // 1, 2, 4, ... 512
    return test_result();
}
