// SPDX-License-Identifier: Apache-2.0
// Paintings that nobody waits for, on a queue of the layer's own beside the app's: the same to the last bit as anywhere
// else, and the app's queue waits for none of them.
#include <stdlib.h>
#include <unistd.h>

#include "paintings.h"
#include "second_queue.h"
#include "session.h"
#include "test.h"
#include "vulkan_queues.h"

enum { TRIES = 2000, MANY = 20 };

static bool refuses;

static void give_queue(void)
{
    second_queue = (struct second_queue){.refused = refuses};
    mock_settings.create_device = second_queue_create_device;
}

static void check_rules(const char *what)
{
    if (second_queue.errors > 0 || second_queue.held > 0)
        TEST_FAIL("%s: %u wrong uses of a queue, %u paintings are left", what, second_queue.errors, second_queue.held);
}

static void test_same(const char *what, const char *mode, void (*run)(struct history *history), unsigned least)
{
    runs_mode = mode;
    runs_compare(what, run, "vulkan", "vulkan");
    if (second_queue.submissions < least || (least == 0 && second_queue.submissions > 0)) // of the last run
        TEST_FAIL("%s: %u paintings were beside the app's work", what, second_queue.submissions);
    check_rules(what);
    runs_mode = "async";
}

// Until one is on its way that does not end.
static void hold(unsigned picture)
{
    second_queue.holds = true;
    for (int i = 0; i < TRIES && second_queue.held == 0; i++) {
        paintings_show(picture);
        usleep(1000);
    }
    CHECK_INT(second_queue.held, 1);
}

// The mock runtime waits for the app's queue in each frame, and so does the test.
static void test_beside(void)
{
    paintings_open();
    paintings_show_until_styled(0);
    hold(1);
    const unsigned submissions = second_queue.submissions;
    for (unsigned i = 2; i < MANY; i++) {
        paintings_show(i);
        CHECK(!mock_get_frame()->views[0].claimed || paintings_is_original());
    }
    host_wait_for_queue();
    CHECK_INT(second_queue.held, 1);
    CHECK_INT(second_queue.submissions, submissions);
    second_queue.holds = false;
    second_queue_release();
    paintings_show_until_styled(MANY);
    app_close_normal();
    check_rules("beside");
}

// What goes while a painting is under way.
static void renew_instance(void)
{
    app_close_normal();
    check_rules("instance");
    paintings_open();
}

static void test_ends(void)
{
    static void (*const events[])(void) = {paintings_renew_swapchains, paintings_renew_session, renew_instance};

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        paintings_open();
        paintings_show_until_styled(0);
        hold(1);
        events[i]();
        second_queue.holds = false;
        second_queue_release();
        paintings_show_until_styled(2);
        CHECK(second_queue.submissions > 0); // a second session has the queue, too
        app_close_normal();
        check_rules("ends");
    }
}

// What the queue does not take, the app's does.
static void test_refused(void)
{
    paintings_open();
    paintings_show_until_styled(0);
    second_queue.fail = 1;
    second_queue.submissions = 0;
    paintings_show_until_styled(1);
    for (unsigned i = 2; i < 6; i++)
        paintings_show_until_styled(i);
    CHECK_INT(second_queue.submissions, 1);
    CHECK_STR(layer_session_find(app.session)->backend, "vulkan");
    app_close_normal();
    check_rules("refused");
}

// Devices that have none: another backend is asked for, or the user, the runtime or the driver does not want it.
static void test_without(void)
{
    static const struct {
        const char *backend, *wish;
        bool refuse;
        unsigned made;
    } cases[] = {
        {"vulkan", "", false, 1},    {"auto", "", false, 1},  {"cpu", "", false, 0},
        {"vulkan", "app", false, 0}, {"vulkan", "", true, 1},
    };
    bool has_clock = false;

    host_api_version = VK_API_VERSION_1_1; // where the layer adds more than the queue
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        runs_configure(cases[i].backend, "great_wave");
        setenv("ARTEM_VULKAN_QUEUE", cases[i].wish, 1);
        refuses = cases[i].refuse;
        paintings_open();
        CHECK_INT(second_queue.made, cases[i].made);
        has_clock = has_clock || mock_has_device_extension(VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME);
        CHECK_INT(mock_has_device_extension(VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME), has_clock);
        paintings_show_until_styled(0);
        paintings_show_until_styled(1);
        const bool has = cases[i].made > 0 && !cases[i].refuse;
        if (strcmp(cases[i].backend, "auto") != 0) // which may find the CPU faster
            CHECK_INT(second_queue.submissions > 0, has);
        app_close_normal();
    }
    host_api_version = VK_API_VERSION_1_0;
    refuses = false;
    unsetenv("ARTEM_VULKAN_QUEUE");
    runs_configure("vulkan", "great_wave");
}

// ---- Which queue ----

static const VkQueueFamilyProperties *families;
static uint32_t family_count;

static VKAPI_ATTR void VKAPI_CALL get_families(VkPhysicalDevice physical, uint32_t *count,
                                               VkQueueFamilyProperties *out_families)
{
    (void)physical;
    *count = family_count;
    if (out_families != NULL)
        memcpy(out_families, families, family_count * sizeof *families);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_function(VkInstance instance, const char *name)
{
    (void)instance;
    CHECK_STR(name, "vkGetPhysicalDeviceQueueFamilyProperties");
    return (PFN_vkVoidFunction)get_families;
}

#define ALL(count)                                                                                                     \
    {                                                                                                                  \
        VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT, count, 64,                               \
        {                                                                                                              \
            1, 1, 1                                                                                                    \
        }                                                                                                              \
    }
#define COMPUTE(count, bits)                                                                                           \
    {                                                                                                                  \
        VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT, count, bits,                                                     \
        {                                                                                                              \
            1, 1, 1                                                                                                    \
        }                                                                                                              \
    }
#define TRANSFER(count)                                                                                                \
    {                                                                                                                  \
        VK_QUEUE_TRANSFER_BIT, count, 64,                                                                              \
        {                                                                                                              \
            1, 1, 1                                                                                                    \
        }                                                                                                              \
    }
#define TAKES(family, count)                                                                                           \
    {                                                                                                                  \
        family, count, 0, NULL                                                                                         \
    }

static void test_choice(void)
{
    static const float priorities[] = {0.25f, 0.5f, 0.75f};
    static const VkDeviceQueueGlobalPriorityCreateInfoKHR global = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_GLOBAL_PRIORITY_CREATE_INFO_KHR};
    static const struct {
        VkQueueFamilyProperties families[3];
        struct {
            uint32_t family, count;
            VkDeviceQueueCreateFlags flags;
            const void *next;
        } app[3];
        struct vulkan_async expected;
    } cases[] = {
        {{ALL(1)}, {TAKES(0, 1)}, {false, 0, 0}},                              // Intel, software
        {{ALL(2)}, {TAKES(0, 1)}, {true, 0, 1}},                               // another one of the same
        {{ALL(1), COMPUTE(4, 64)}, {TAKES(0, 1)}, {true, 1, 0}},               // AMD
        {{ALL(16), TRANSFER(2), COMPUTE(8, 64)}, {TAKES(0, 1)}, {true, 2, 0}}, // NVIDIA
        {{ALL(1), COMPUTE(4, 64)}, {TAKES(0, 1), TAKES(1, 3)}, {true, 1, 3}},  // the app computes, too
        {{ALL(2), COMPUTE(3, 64)}, {TAKES(0, 1), TAKES(1, 3)}, {true, 0, 1}},  // on all of them
        {{ALL(1), COMPUTE(4, 0)}, {TAKES(0, 1)}, {false, 0, 0}},               // it could not be measured
        {{ALL(1), COMPUTE(4, 64)}, {TAKES(0, 1), {1, 1, VK_DEVICE_QUEUE_CREATE_PROTECTED_BIT, NULL}}, {false, 0, 0}},
        {{ALL(1), COMPUTE(4, 64)}, {TAKES(0, 1), {1, 1, 0, &global}}, {false, 0, 0}},
        {{ALL(1), COMPUTE(4, 64)},
         {TAKES(0, 1), TAKES(1, 1), {1, 1, VK_DEVICE_QUEUE_CREATE_PROTECTED_BIT, NULL}},
         {false, 0, 0}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        VkDeviceQueueCreateInfo infos[3];
        VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pQueueCreateInfos = infos};
        struct layer_queues queues;
        uint32_t apps = 0, all = 0;

        families = cases[i].families;
        for (family_count = 0; family_count < 3 && families[family_count].queueCount > 0; family_count++)
            ;
        for (unsigned k = 0; k < 3 && cases[i].app[k].count > 0; k++, info.queueCreateInfoCount++) {
            infos[k] = (VkDeviceQueueCreateInfo){
                .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                .pNext = cases[i].app[k].next,
                .flags = cases[i].app[k].flags,
                .queueFamilyIndex = cases[i].app[k].family,
                .queueCount = cases[i].app[k].count,
                .pQueuePriorities = priorities,
            };
            apps += infos[k].queueCount;
        }
        const bool added = layer_queues_add(get_function, VK_NULL_HANDLE, VK_NULL_HANDLE, &info, &queues);
        CHECK_INT(added, cases[i].expected.has);
        if (!added)
            continue;
        CHECK_INT(queues.async.family, cases[i].expected.family);
        CHECK_INT(queues.async.index, cases[i].expected.index);
        for (uint32_t k = 0; k < queues.count; k++) {
            const bool own = queues.infos[k].queueFamilyIndex == queues.async.family;
            const uint32_t theirs = queues.infos[k].queueCount - own;

            all += queues.infos[k].queueCount;
            CHECK(memcmp(queues.infos[k].pQueuePriorities, priorities, theirs * sizeof *priorities) == 0);
            CHECK(!own || queues.infos[k].pQueuePriorities[theirs] == 0);
        }
        CHECK_INT(all, apps + 1);
        layer_queues_end(&queues);
    }
}

int main(void)
{
    app_get_vulkan = second_queue_get;
    app_before_open = give_queue;
    const char *missing = runs_begin();

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    test_choice();
    test_same("deferred", "async", run_deferred, FRAMES);
    test_same("mixed", "async", run_mixed, 3);
    test_same("waited for", "sync", run_two_eyes, 0);
    runs_configure("vulkan", "great_wave");
    test_beside();
    test_ends();
    test_refused();
    test_without();
    runs_end();
    return test_result();
}
