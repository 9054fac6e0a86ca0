// SPDX-License-Identifier: Apache-2.0
// backend = auto: the CPU where Vulkan is only emulated; a GPU is measured once, and what was measured decides.
#include <stdlib.h>
#include <unistd.h>

#include "engine_fixture_vulkan.h"

static struct artem_network *network;
static struct vulkan_device *device;
static char folder[] = "/tmp/artem-choice-XXXXXX", path[64];

// However slow software Vulkan is on a busy machine.
static VKAPI_ATTR VkResult VKAPI_CALL wait_patiently(VkDevice d, uint32_t count, const VkFence *fences, VkBool32 all,
                                                     uint64_t timeout)
{
    (void)timeout;
    return device->vkWaitForFences(d, count, fences, all, UINT64_MAX);
}

static const char *choose(const struct vulkan_device *on)
{
    const struct artem_engine_vulkan share = {.device = on};
    const struct artem_engine_params params = {.network = network, .threads = 2, .vulkan = on != NULL ? &share : NULL};
    struct artem_engine *engine = NULL;

    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
    const char *name = artem_engine_get_backend(engine);
    artem_engine_destroy(&engine);
    return name;
}

static bool must_measure(const struct vulkan_device *on, const char *backend, const char *devices)
{
    const struct artem_engine_vulkan share = {.device = on};
    const struct artem_engine_params params = {
        .backend = backend, .threads = 2, .vulkan = on != NULL ? &share : NULL, .devices = devices};

    return artem_engine_must_measure(&params);
}

static char *read_file(void)
{
    static char text[4096];
    FILE *f = fopen(path, "r");
    const size_t size = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;

    text[size] = '\0';
    if (f != NULL)
        fclose(f);
    return text;
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

int main(void)
{
    char line[1024], other[2048];

    CHECK(mkdtemp(folder) != NULL);
    setenv("XDG_CACHE_HOME", folder, 1);
    snprintf(path, sizeof path, "%s/artem/backends", folder);
    device = device_open();
    if (device == NULL)
        return test_failures > 0 ? test_result() : TEST_SKIPPED;
    network = random_network(77);
    CHECK_STR(artem_engine_get_backend(NULL), "");
    if (device->type == VK_PHYSICAL_DEVICE_TYPE_CPU) {
        CHECK(!must_measure(device, "auto", NULL));
        CHECK_STR(choose(device), "cpu");
        CHECK(access(path, F_OK) != 0); // nothing had to be measured
    }

    // The test's device says that it is a GPU; what was measured is believed, whatever it is.
    struct vulkan_device gpu = *device;
    gpu.type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
    gpu.vkWaitForFences = wait_patiently;
    CHECK(must_measure(&gpu, "auto", NULL) && must_measure(&gpu, NULL, ""));
    CHECK(!must_measure(&gpu, "vulkan", NULL) && !must_measure(&gpu, "auto", "cpu:0,vulkan:0"));
    const char *first = choose(&gpu);
    CHECK(!must_measure(&gpu, "auto", NULL));
    snprintf(line, sizeof line, "%s", read_file());
    CHECK(strstr(line, device->name) == line && line[strlen(line) - 1] == '\n');
    unsigned gpu_time = 0, cpu_time = 0;
    const char *tab = strchr(line, '\t');
    CHECK(tab != NULL && sscanf(tab, "%u %u", &gpu_time, &cpu_time) == 2 && gpu_time > 0 && cpu_time > 0);
    CHECK_STR(first, gpu_time <= 2 * cpu_time ? "vulkan" : "cpu");
    CHECK_STR(choose(&gpu), first);
    CHECK_STR(read_file(), line); // not measured again

    const int key = tab != NULL ? (int)(tab - line) : 0;
    snprintf(other, sizeof other, "another device\t1\t100\n%.*s\t20000\t10000\n", key, line);
    write_file(other);
    CHECK_STR(choose(&gpu), "vulkan"); // twice the CPU's time is worth it
    snprintf(other, sizeof other, "%.*s\t20001\t10000\n", key, line);
    write_file(other);
    CHECK_STR(choose(&gpu), "cpu");
    snprintf(other, sizeof other, "%.*s\t0\t10000\n", key, line); // it did not work
    write_file(other);
    CHECK_STR(choose(&gpu), "cpu");
    snprintf(other, sizeof other, "%.*s\t1\t", key, line); // damaged: measured again, and added
    write_file(other);
    CHECK_STR(choose(&gpu), first);
    CHECK(strncmp(read_file(), other, strlen(other)) == 0 && strlen(read_file()) > strlen(other) + 10);
    snprintf(other, sizeof other, "%s", read_file());
    CHECK_STR(choose(&gpu), first); // and found
    CHECK_STR(read_file(), other);

    // Another driver is another device.
    gpu.driver++;
    CHECK(must_measure(&gpu, "auto", NULL));
    CHECK_STR(choose(&gpu), first);
    CHECK(strlen(read_file()) > strlen(other) + 20);

    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    CHECK_INT(system(line), 0);
    return test_result();
}
