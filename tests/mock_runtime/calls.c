// SPDX-License-Identifier: Apache-2.0
// The lock, counts of calls, and injected faults.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock_internal.h"

enum { FUNCTIONS_MAX = 96 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
    const char *name;
    unsigned calls;
} functions[FUNCTIONS_MAX];

struct mock_settings mock_settings;
XrResult (*mock_intercept)(const char *function);

static void init(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (mock_settings.width == 0)
        mock_reset();
}

// A lock orders whoever takes it. Runtimes need not have one, so ThreadSanitizer is told to look away: what a layer
// does before and after its calls is not ordered by them.
#ifdef __SANITIZE_THREAD__
#define ANNOTATIONS(X) X(IgnoreSync) X(IgnoreReads) X(IgnoreWrites)
#define X(name)                                                                                                        \
    void Annotate##name##Begin(const char *file, int line);                                                            \
    void Annotate##name##End(const char *file, int line);
ANNOTATIONS(X)
#undef X
#define LOOK_AWAY(name) Annotate##name##Begin(__FILE__, __LINE__)
#define LOOK_AGAIN(name) Annotate##name##End(__FILE__, __LINE__)
#else
#define LOOK_AWAY(name)
#define LOOK_AGAIN(name)
#endif

int mock_enter(void)
{
    int result;

    pthread_once(&once, init);
    LOOK_AWAY(IgnoreSync);
    result = pthread_mutex_lock(&mutex);
    LOOK_AGAIN(IgnoreSync);
    LOOK_AWAY(IgnoreReads);
    LOOK_AWAY(IgnoreWrites);
    return result;
}

void mock_leave(int *unused)
{
    (void)unused;
    LOOK_AGAIN(IgnoreWrites);
    LOOK_AGAIN(IgnoreReads);
    LOOK_AWAY(IgnoreSync);
    pthread_mutex_unlock(&mutex);
    LOOK_AGAIN(IgnoreSync);
}

void mock_wait_for_change(XrTime until)
{
    const struct timespec time = {until / 1000000000, until % 1000000000};

    LOOK_AWAY(IgnoreSync);
    pthread_cond_timedwait(&changed, &mutex, &time);
    LOOK_AGAIN(IgnoreSync);
}

void mock_tell_change(void)
{
    pthread_cond_broadcast(&changed);
}

static unsigned *find(const char *function)
{
    for (unsigned i = 0; i < FUNCTIONS_MAX; i++) {
        if (functions[i].name == NULL)
            functions[i].name = function;
        if (strcmp(functions[i].name, function) == 0)
            return &functions[i].calls;
    }
    abort();
}

XrResult mock_count(const char *function)
{
    XrResult result = mock_intercept != NULL ? mock_intercept(function) : XR_SUCCESS;

    ++*find(function);
    for (unsigned i = 0; i < MOCK_FAULTS_MAX; i++) {
        struct mock_fault *fault = &mock_settings.faults[i];

        if (strcmp(fault->function, function) != 0)
            continue;
        if (fault->first > 1) {
            fault->first--;
        } else if (fault->count > 0) {
            fault->count--;
            result = fault->result;
        }
    }
    return result;
}

unsigned mock_count_calls(const char *function)
{
    return *find(function);
}

void mock_forget_calls(void)
{
    for (unsigned i = 0; i < FUNCTIONS_MAX; i++)
        functions[i].calls = 0;
}

bool mock_parse_fault(const char *text, struct mock_fault *out_fault)
{
    char name[64];

    *out_fault = (struct mock_fault){.count = 1};
    return sscanf(text, "%63[^:]:%u:%63s", out_fault->function, &out_fault->first, name) == 3 &&
           mock_find_result(name, &out_fault->result);
}
