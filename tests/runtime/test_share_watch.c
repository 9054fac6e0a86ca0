// SPDX-License-Identifier: Apache-2.0
// The thread that looks after the app's queue while that waits for another API, on a semaphore and a peer of the test's
// own: it signals what that has lost or never ends, and nothing else.
#include "backend_share_watch.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "../test.h"

enum { STEP_US = 5000, SOON_US = 1000000, SLOW_US = 5000000, LONG_US = 10000000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // of these
static const VkSemaphore ready_semaphore = (VkSemaphore)(uintptr_t)1, done_semaphore = (VkSemaphore)(uintptr_t)2;
static uint64_t ready, reached, signalled;
static bool fails, ends_while_asked;
static unsigned asked;

static VKAPI_ATTR VkResult VKAPI_CALL get_value(VkDevice device, VkSemaphore semaphore, uint64_t *value)
{
    (void)device;
    pthread_mutex_lock(&mutex);
    *value = semaphore == ready_semaphore ? ready : reached;
    pthread_mutex_unlock(&mutex);
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL signal_value(VkDevice device, const VkSemaphoreSignalInfoKHR *info)
{
    (void)device;
    pthread_mutex_lock(&mutex);
    CHECK(info->semaphore == done_semaphore && info->value > reached); // the specification's rule
    reached = signalled = info->value;
    pthread_mutex_unlock(&mutex);
    return VK_SUCCESS;
}

static bool has_failed(void *self)
{
    bool failed;

    (void)self;
    pthread_mutex_lock(&mutex);
    asked++;
    if (ends_while_asked)
        reached++;
    failed = fails || ends_while_asked;
    ends_while_asked = false;
    pthread_mutex_unlock(&mutex);
    return failed;
}

static const struct vulkan_device device = {
    .vkGetSemaphoreCounterValueKHR = get_value,
    .vkSignalSemaphoreKHR = signal_value,
};
static const struct share_peer_ops ops = {.name = "the test", .has_failed = has_failed};
static const struct share_peer peer = {&ops, NULL};

static struct share_watch *make(void)
{
    struct share_watch *watch = NULL;

    reached = signalled = asked = 0;
    ready = UINT64_MAX;
    fails = ends_while_asked = false;
    CHECK_INT(share_watch_create(&device, &peer, ready_semaphore, done_semaphore, &watch), ARTEM_OK);
    return watch;
}

static uint64_t get_signalled(void)
{
    uint64_t value;

    pthread_mutex_lock(&mutex);
    value = signalled;
    pthread_mutex_unlock(&mutex);
    return value;
}

// Whether it is signalled within that time.
static bool is_signalled(uint64_t value, unsigned us)
{
    for (unsigned waited = 0; waited < us && get_signalled() != value; waited += STEP_US)
        usleep(STEP_US);
    return get_signalled() == value;
}

static void reach(uint64_t value)
{
    pthread_mutex_lock(&mutex);
    reached = value;
    pthread_mutex_unlock(&mutex);
}

// Frames that end, whether the watch is told or not: nothing is signalled, and CUDA hardly asked.
static void test_frames(void)
{
    struct share_watch *watch = make();

    for (uint64_t value = 1; value <= 200; value++) {
        share_watch_frame(watch, value);
        usleep(2000);
        reach(value);
        if (value % 3 == 0)
            share_watch_end(watch);
    }
    usleep(300000);
    CHECK_INT(get_signalled(), 0);
    CHECK(!share_watch_gave_up(watch));
    pthread_mutex_lock(&mutex);
    CHECK(asked < 10);
    pthread_mutex_unlock(&mutex);
    share_watch_destroy(&watch);
    CHECK(watch == NULL);
}

// After frames that ended, and as the first one.
static void test_lost(void)
{
    for (uint64_t before = 0; before < 3; before++) {
        struct share_watch *watch = make();
        for (uint64_t value = 1; value <= before; value++) {
            share_watch_frame(watch, value);
            reach(value);
            share_watch_end(watch);
        }
        usleep(before == 1 ? 250000 : 1000); // the thread sleeps, or not yet
        pthread_mutex_lock(&mutex);
        fails = true;
        pthread_mutex_unlock(&mutex);
        share_watch_frame(watch, before + 1);
        CHECK(is_signalled(before + 1, SOON_US));
        CHECK(share_watch_gave_up(watch));
        share_watch_give_up(watch); // once more is nothing
        share_watch_destroy(&watch);
    }
}

// Four seconds are CUDA's own: what the app's work before it takes is not counted.
static void test_endless(void)
{
    struct share_watch *watch = make();

    ready = 0;
    share_watch_frame(watch, 1);
    CHECK(!is_signalled(1, SLOW_US));
    pthread_mutex_lock(&mutex);
    ready = 1;
    pthread_mutex_unlock(&mutex);
    CHECK(!is_signalled(1, SOON_US));
    CHECK(is_signalled(1, LONG_US));
    CHECK(share_watch_gave_up(watch));
    share_watch_destroy(&watch);
}

// The frame ends while CUDA is asked, and the answer is of something later.
static void test_late_answer(void)
{
    struct share_watch *watch = make();

    ends_while_asked = true;
    share_watch_frame(watch, 1);
    usleep(500000);
    CHECK_INT(get_signalled(), 0);
    CHECK(!share_watch_gave_up(watch));
    pthread_mutex_lock(&mutex);
    fails = true;
    pthread_mutex_unlock(&mutex);
    share_watch_frame(watch, 2);
    CHECK(is_signalled(2, SOON_US));
    share_watch_destroy(&watch);
}

// It does not hold up whoever destroys it.
static void test_end(void)
{
    for (int i = 0; i < 20; i++) {
        struct share_watch *watch = make();
        if (i % 2 == 0)
            share_watch_frame(watch, 1);
        usleep((unsigned)i * 10000);
        share_watch_destroy(&watch);
    }
    struct share_watch *none = NULL;
    share_watch_destroy(&none);
}

int main(void)
{
    test_frames();
    test_lost();
    test_endless();
    test_late_answer();
    test_end();
    return test_result();
}
