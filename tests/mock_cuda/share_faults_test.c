// SPDX-License-Identifier: Apache-2.0
// The app's pictures lent to CUDA and taken back, with each call that takes failing once, CUDA's and Vulkan's: the
// frame is the app's own, and those that follow are what the CPU would have painted; or the next backend paints, to the
// end. The log has a line or two, and nothing is left behind.
#include <unistd.h>

#include "hook_table.h"
#include "measure.h"
#include "share_fixture.h"
#include "paintings.h"

enum { TRIES = 5000 };

// ---- Vulkan's calls of the layer ----

#define HOOKS(X)                                                                                                       \
    X(vkGetMemoryFdKHR)                                                                                                \
    X(vkGetSemaphoreFdKHR)                                                                                             \
    X(vkCreateSemaphore)                                                                                               \
    X(vkDestroySemaphore)                                                                                              \
    X(vkAllocateMemory)                                                                                                \
    X(vkFreeMemory)                                                                                                    \
    X(vkQueueSubmit)
HOOK_DECLARE(HOOKS);

PFN_vkVoidFunction VKAPI_CALL get_vulkan(VkInstance instance, const char *name);

static struct {
    const char *function; // NULL: none is to fail
    int number, calls;
    int objects, allocations; // alive, so far
} vulkan;

static bool strikes(const char *function)
{
    return vulkan.function != NULL && strcmp(function, vulkan.function) == 0 && ++vulkan.calls == vulkan.number;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkGetMemoryFdKHR(VkDevice device, const VkMemoryGetFdInfoKHR *info, int *fd)
{
    return strikes("vkGetMemoryFdKHR") ? VK_ERROR_TOO_MANY_OBJECTS : unhooked.vkGetMemoryFdKHR(device, info, fd);
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkGetSemaphoreFdKHR(VkDevice device, const VkSemaphoreGetFdInfoKHR *info,
                                                               int *fd)
{
    return strikes("vkGetSemaphoreFdKHR") ? VK_ERROR_TOO_MANY_OBJECTS : unhooked.vkGetSemaphoreFdKHR(device, info, fd);
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkCreateSemaphore(VkDevice device, const VkSemaphoreCreateInfo *info,
                                                             const VkAllocationCallbacks *allocator,
                                                             VkSemaphore *semaphore)
{
    if (strikes("vkCreateSemaphore"))
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    const VkResult result = unhooked.vkCreateSemaphore(device, info, allocator, semaphore);
    vulkan.objects += result == VK_SUCCESS;
    return result;
}

static VKAPI_ATTR void VKAPI_CALL hook_vkDestroySemaphore(VkDevice device, VkSemaphore semaphore,
                                                          const VkAllocationCallbacks *allocator)
{
    vulkan.objects -= semaphore != VK_NULL_HANDLE;
    unhooked.vkDestroySemaphore(device, semaphore, allocator);
}

// Exportable memory alone fails; all of it is counted.
static VKAPI_ATTR VkResult VKAPI_CALL hook_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
                                                            const VkAllocationCallbacks *allocator,
                                                            VkDeviceMemory *memory)
{
    const VkBaseInStructure *next = info->pNext;

    if (next != NULL && next->sType == VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO && strikes("vkAllocateMemory"))
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    const VkResult result = unhooked.vkAllocateMemory(device, info, allocator, memory);
    vulkan.objects += result == VK_SUCCESS;
    vulkan.allocations++;
    return result;
}

static VKAPI_ATTR void VKAPI_CALL hook_vkFreeMemory(VkDevice device, VkDeviceMemory memory,
                                                    const VkAllocationCallbacks *allocator)
{
    vulkan.objects -= memory != VK_NULL_HANDLE;
    unhooked.vkFreeMemory(device, memory, allocator);
}

// Only lending signals a semaphore, and only taking waits for one.
static VKAPI_ATTR VkResult VKAPI_CALL hook_vkQueueSubmit(VkQueue queue, uint32_t count, const VkSubmitInfo *submits,
                                                         VkFence fence)
{
    if ((submits->signalSemaphoreCount > 0 && strikes("lend")) || (submits->waitSemaphoreCount > 0 && strikes("take")))
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    return unhooked.vkQueueSubmit(queue, count, submits, fence);
}

HOOK_DEFINE(HOOKS, get_vulkan);

// ---- Faults ----

struct fault {
    const char *function; // CUDA's begin with "cu"
    int number;           // of its calls, from 1
    bool new_buffers;     // it fails only where buffers are new
    bool painted;         // CUDA has painted the frame all the same
};

static void arm(const struct fault *fault)
{
    vulkan.calls = 0;
    atomic_store(&mock->function_calls, 0);
    if (strncmp(fault->function, "cu", 2) == 0) {
        snprintf(mock->fail_function, sizeof mock->fail_function, "%s", fault->function);
        mock->fail_number = fault->number;
    } else {
        vulkan.function = fault->function;
        vulkan.number = fault->number;
    }
}

static void disarm(const struct fault *fault)
{
    const int calls = vulkan.function != NULL ? vulkan.calls : atomic_load(&mock->function_calls);

    if (calls < fault->number)
        TEST_FAIL("%s has %d calls, and number %d was to fail", fault->function, calls, fault->number);
    mock->fail_function[0] = '\0';
    vulkan.function = NULL;
}

// Lines of the log since the last call.
static char log_path[] = "/tmp/artem-share-log.XXXXXX";

static unsigned take_lines(void)
{
    FILE *file = fopen(log_path, "re");
    unsigned lines = 0;

    CHECK(file != NULL);
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    CHECK_INT(truncate(log_path, 0), 0);
    return lines;
}

static unsigned files;

static void check_rest(const struct fault *fault, unsigned most_lines)
{
    const unsigned lines = take_lines();

    share_check_rules(fault->function);
    if (lines < 1 || lines > most_lines)
        TEST_FAIL("%s, call %d: %u lines in the log", fault->function, fault->number, lines);
    if (count_descriptors() != files)
        TEST_FAIL("%s, call %d: %u files are open, and were %u", fault->function, fault->number, count_descriptors(),
                  files);
    CHECK_INT(vulkan.objects, 0);
    CHECK_INT(atomic_load(&mock->abandoned), 0);
}

// What the pictures were shown as, to be compared with what the CPU paints of those that were painted.
struct run {
    uint32_t painted, shown;
    struct paintings frames;
};

static void show(struct run *run, unsigned picture)
{
    struct history latest = {.count = 0};

    paintings_draw(picture);
    CHECK_INT(app_end(), XR_SUCCESS);
    runs_remember(&latest);
    if (latest.styled[0]) {
        run->shown |= 1u << picture;
        memcpy(run->frames.frames[picture], latest.frames[0], sizeof run->frames.frames[picture]);
    } else {
        CHECK(paintings_is_original());
    }
}

static void compare(const char *what, const struct run *run, uint32_t painted)
{
    struct paintings cpu;

    paintings_paint(painted, &cpu);
    for (unsigned i = 0; i < PAINTINGS_MAX; i++)
        if ((run->shown >> i & 1) != 0 && memcmp(cpu.frames[i], run->frames.frames[i], sizeof cpu.frames[i]) != 0)
            TEST_FAIL("%s: picture %u is not what the CPU paints", what, i);
}

// In one frame, which is the app's own; the one after it is painted by CUDA.
static void test_frames(void)
{
    static const struct fault faults[] = {
        {"cuImportExternalMemory", 1, true, false},
        {"cuImportExternalMemory", 4, true, false},
        {"cuExternalMemoryGetMappedBuffer", 1, true, false},
        {"cuExternalMemoryGetMappedBuffer", 3, true, false},
        {"vkGetMemoryFdKHR", 1, true, false},
        {"vkGetMemoryFdKHR", 4, true, false},
        {"vkAllocateMemory", 1, true, false},
        {"vkAllocateMemory", 4, true, false},
        {"lend", 1, false, false},
        {"cuWaitExternalSemaphoresAsync", 1, false, false},
        {"cuGraphLaunch", 1, false, false},
        {"cuSignalExternalSemaphoresAsync", 1, false, true},
    };
    enum { COUNT = sizeof faults / sizeof faults[0] };
    struct run run = {.painted = 0};
    const int launches = atomic_load(&mock->launches);

    paintings_open();
    for (unsigned i = 0; i < COUNT; i++) {
        if (faults[i].new_buffers)
            paintings_renew_swapchains();
        arm(&faults[i]);
        show(&run, 2 * i);
        disarm(&faults[i]);
        show(&run, 2 * i + 1);
        if ((run.shown >> 2 * i & 3) != 2)
            TEST_FAIL("%s, call %d: frames are shown as %u", faults[i].function, faults[i].number,
                      run.shown >> 2 * i & 3);
        run.painted |= (faults[i].painted ? 3u : 2u) << 2 * i;
    }
    app_close_normal();
    CHECK(atomic_load(&mock->launches) - launches >= COUNT);
    check_rest(&faults[0], 2 * COUNT);
    compare("frames", &run, run.painted);
}

// Where CUDA cannot be used then: the backend that comes next paints from picture `first` on.
static void test_end(const struct fault *fault, unsigned first, unsigned most_lines)
{
    struct run run = {.painted = 0};

    if (first == 0)
        arm(fault);
    paintings_open();
    for (unsigned i = 0; i < PICTURES; i++) {
        if (i == 1 && first > 0)
            arm(fault);
        show(&run, i);
        if (i == 1)
            disarm(fault);
    }
    app_close_normal();
    check_rest(fault, most_lines);
    if (run.shown >> first != (1u << (PICTURES - first)) - 1 || (run.shown & ((1u << first) - 1)) != (first > 0))
        TEST_FAIL("%s, call %d: frames are shown as %x", fault->function, fault->number, run.shown);
    run.shown &= ~((1u << first) - 1);
    compare(fault->function, &run, run.shown);
    runs_configure("cuda", "great_wave");
}

static void test_ends(void)
{
    static const struct fault faults[] = {
        {"vkCreateSemaphore", 1, false, false},         {"vkCreateSemaphore", 2, false, false},
        {"vkGetSemaphoreFdKHR", 1, false, false},       {"vkGetSemaphoreFdKHR", 2, false, false},
        {"cuImportExternalSemaphore", 1, false, false}, {"cuImportExternalSemaphore", 2, false, false},
    };
    static const struct fault take = {"take", 1, false, true};

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const bool cuda = strncmp(faults[i].function, "cu", 2) == 0; // which says what failed
        test_end(&faults[i], 0, cuda ? 2 : 1);
    }
    test_end(&take, 4, 4); // after three frames that failed
}

// An engine that is made anew, because other settings changed, is again of the backend that took CUDA's place: nothing
// that has not been told and counted.
static void test_made_anew(void)
{
    static const struct fault take = {"take", 1, false, true};

    arm(&take);
    paintings_open();
    for (unsigned i = 0; i < PICTURES; i++) {
        paintings_draw(i);
        CHECK_INT(app_end(), XR_SUCCESS);
    }
    disarm(&take);
    CHECK(take_lines() > 0);
    const int allocations = vulkan.allocations;
    runs_threads = 1;
    runs_configure("cuda", "great_wave");
    for (unsigned i = 0; i < TRIES && vulkan.allocations == allocations; i++) {
        paintings_draw(i % PICTURES);
        CHECK_INT(app_end(), XR_SUCCESS);
        usleep(1000);
    }
    CHECK(vulkan.allocations > allocations);
    CHECK_INT(take_lines(), 0);
    runs_threads = 0;
    runs_configure("cuda", "great_wave");
    app_close_normal();
    CHECK_INT(vulkan.objects, 0);
    share_check_rules("made anew");
}

// Of a painting that nobody waited for, when it is to be shown.
static void test_rejoin(void)
{
    static const struct fault take = {"take", 1, false, true};
    struct history latest = {.count = 0};

    runs_mode = "async";
    runs_configure("cuda", "great_wave");
    arm(&take);
    paintings_open();
    for (unsigned i = 0; i < TRIES && !latest.styled[0]; i++) {
        latest.count = 0;
        paintings_draw(i % PICTURES);
        CHECK_INT(app_end(), XR_SUCCESS);
        runs_remember(&latest);
        usleep(1000);
    }
    CHECK(latest.styled[0]);
    disarm(&take);
    app_close_normal();
    check_rest(&take, 4);
    runs_mode = "sync";
}

int main(void)
{
    char log[64];

    CHECK(close(mkstemp(log_path)) == 0);
    snprintf(log, sizeof log, "warn:%s", log_path);
    setenv("ARTEM_LOG", log, 1);
    if (!share_begin() || real) {
        unlink(log_path);
        return TEST_SKIPPED;
    }
    share_leave_validation();
    app_get_vulkan = get_vulkan;
    runs_configure("cuda", "great_wave");
    files = count_descriptors();
    test_frames();
    runs_configure("cuda", "great_wave");
    test_ends();
    test_made_anew();
    test_rejoin();
    runs_end();
    unlink(log_path);
    return test_result();
}
