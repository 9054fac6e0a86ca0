// SPDX-License-Identifier: Apache-2.0
// The file of compiled pipelines, with a driver that is made up: what one run has compiled the next one is given, and
// nothing that is damaged, of another driver, or of another device ever reaches the driver.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem_vk/cache.h"
#include "test.h"

enum { PAYLOAD = 1000, CONTENT = 16 + VK_UUID_SIZE + PAYLOAD };

static uint8_t compiled[CONTENT]; // what the driver gives
static size_t given;              // bytes that it got
static bool refuses;              // it takes no data
static int made_up;
#define the_cache ((VkPipelineCache)&made_up)
static int alive, unwritten_failures; // caches; calls of vkGetPipelineCacheData that fail

static VKAPI_ATTR VkResult VKAPI_CALL create(VkDevice device, const VkPipelineCacheCreateInfo *info,
                                             const VkAllocationCallbacks *allocator, VkPipelineCache *out_cache)
{
    (void)device;
    (void)allocator;
    given = info->initialDataSize;
    if (given > 0)
        CHECK(given == CONTENT && memcmp(info->pInitialData, compiled, CONTENT) == 0);
    if (refuses && given > 0)
        return VK_ERROR_INITIALIZATION_FAILED;
    alive++;
    *out_cache = the_cache;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy(VkDevice device, VkPipelineCache cache,
                                          const VkAllocationCallbacks *allocator)
{
    (void)device;
    (void)allocator;
    CHECK(cache == the_cache);
    alive--;
}

static VKAPI_ATTR VkResult VKAPI_CALL get_data(VkDevice device, VkPipelineCache cache, size_t *size, void *data)
{
    (void)device;
    (void)cache;
    if (unwritten_failures > 0) {
        unwritten_failures--;
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    }
    *size = CONTENT;
    if (data != NULL)
        memcpy(data, compiled, CONTENT);
    return VK_SUCCESS;
}

static struct vulkan_device device = {
    .vendor = 0x10001,
    .model = 7,
    .driver = 3,
    .cache_id = {1, 2, 3, 0xFE},
    .vkCreatePipelineCache = create,
    .vkDestroyPipelineCache = destroy,
    .vkGetPipelineCacheData = get_data,
};

// As VkPipelineCacheHeaderVersionOne has it.
static void compile(uint32_t vendor)
{
    const uint32_t header[4] = {16 + VK_UUID_SIZE, VK_PIPELINE_CACHE_HEADER_VERSION_ONE, vendor, device.model};

    for (int i = 0; i < CONTENT; i++)
        compiled[i] = (uint8_t)(i * 31);
    memcpy(compiled, header, sizeof header);
    memcpy(compiled + 16, device.cache_id, VK_UUID_SIZE);
}

// Opens and closes; returns what the driver was given.
static size_t run(void)
{
    VkPipelineCache cache = vk_cache_open(&device);
    const size_t size = given;

    CHECK(cache != VK_NULL_HANDLE);
    vk_cache_save(&device, cache);
    vk_cache_close(&device, cache);
    CHECK_INT(alive, 0);
    return size;
}

// The only file in the folder; counts them.
static int find_file(const char *folder, char path[600])
{
    char inner[512];
    struct dirent *entry;
    int count = 0;

    snprintf(inner, sizeof inner, "%s/artem", folder);
    DIR *dir = opendir(inner);
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.') {
            snprintf(path, 600, "%.250s/%.250s", inner, entry->d_name);
            count++;
        }
    if (dir != NULL)
        closedir(dir);
    return count;
}

int main(void)
{
    char folder[] = "/tmp/artem-cache-XXXXXX", path[600], inner[64];
    struct stat status;
    uint8_t byte = 0;

    CHECK(mkdtemp(folder) != NULL);
    setenv("XDG_CACHE_HOME", folder, 1);
    compile(device.vendor);
    CHECK_INT(run(), 0); // nothing is there yet
    CHECK_INT(find_file(folder, path), 1);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600 && status.st_size == 16 + CONTENT);
    const ino_t first = status.st_ino;
    CHECK_INT(run(), CONTENT);
    CHECK(stat(path, &status) == 0 && status.st_ino == first); // not written again without need

    // Every byte counts.
    for (off_t at = 0; at < 16 + CONTENT; at += at < 64 ? 1 : 97) {
        const int file = open(path, O_RDWR);
        CHECK(file >= 0 && pread(file, &byte, 1, at) == 1);
        byte ^= 0x40;
        CHECK(pwrite(file, &byte, 1, at) == 1 && close(file) == 0);
        CHECK_INT(run(), 0);
        CHECK_INT(run(), CONTENT); // and it was written anew
    }
    for (off_t size = 0; size < 16 + CONTENT; size += 41) {
        CHECK_INT(truncate(path, size), 0);
        CHECK_INT(run(), 0);
    }
    CHECK_INT(find_file(folder, path), 1);

    // A driver that contradicts itself, a newer one, another device.
    CHECK_INT(unlink(path), 0);
    compile(device.vendor + 1);
    CHECK_INT(run(), 0);
    CHECK_INT(run(), 0);
    compile(device.vendor);
    CHECK_INT(run(), 0);
    device.driver++;
    CHECK_INT(run(), 0);
    device.cache_id[0]++;
    compile(device.vendor);
    CHECK_INT(run(), 0);
    CHECK_INT(find_file(folder, path), 2);

    // Failures cost nothing but time.
    refuses = true;
    CHECK_INT(run(), 0);
    refuses = false;
    for (unwritten_failures = 1; unwritten_failures > 0;)
        run();
    CHECK_INT(run(), CONTENT);
    vk_cache_save(&device, VK_NULL_HANDLE);
    vk_cache_close(&device, VK_NULL_HANDLE);
    setenv("XDG_CACHE_HOME", "relative", 1); // is not looked at
    setenv("HOME", folder, 1);
    CHECK_INT(run(), 0);
    CHECK_INT(run(), CONTENT);
    unsetenv("XDG_CACHE_HOME");
    CHECK_INT(run(), CONTENT);
    CHECK(access("relative", F_OK) != 0);
    unsetenv("HOME");
    CHECK_INT(run(), 0);
    snprintf(inner, sizeof inner, "%s/file", folder);
    close(open(inner, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    setenv("XDG_CACHE_HOME", inner, 1);
    CHECK_INT(run(), 0);
    CHECK_INT(run(), 0);

    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CHECK_INT(system(command), 0);
    return test_result();
}
