// SPDX-License-Identifier: Apache-2.0
#include "artem_vk/cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/config.h"
#include "artem/file.h"
#include "artem/log.h"
#include "cache.h"
#include "crc32.h"

static const char magic[8] = {'A', 'R', 'T', 'P', 'I', 'P', 'E', '1'};

enum { HEADER = 16, VULKAN_HEADER = 16 + VK_UUID_SIZE, SIZE_MAX_CACHE = 64 << 20 };

static bool find_path(const struct vulkan_device *device, char *path, size_t size)
{
    char name[64 + 2 * VK_UUID_SIZE] = "";
    size_t length = (size_t)snprintf(name, sizeof name, "pipelines-%08x-%08x-", device->vendor, device->model);
    for (unsigned i = 0; i < VK_UUID_SIZE; i++)
        length += (size_t)snprintf(name + length, sizeof name - length, "%02x", device->cache_id[i]);
    return artem_cache_path(name, path, size);
}

static uint32_t word_at(const char *data)
{
    uint32_t word;

    memcpy(&word, data, sizeof word);
    return word;
}

// Whether a file is whole, and its content (VkPipelineCacheHeaderVersionOne) for this device and driver.
static bool is_usable(const struct vulkan_device *device, const char *data, size_t size)
{
    if (size < HEADER + VULKAN_HEADER || memcmp(data, magic, sizeof magic) != 0 ||
        word_at(data + 8) != artem_crc32(data + HEADER, size - HEADER) || word_at(data + 12) != device->driver)
        return false;
    data += HEADER;
    return word_at(data) >= VULKAN_HEADER && word_at(data + 4) == VK_PIPELINE_CACHE_HEADER_VERSION_ONE &&
           word_at(data + 8) == device->vendor && word_at(data + 12) == device->model &&
           memcmp(data + 16, device->cache_id, VK_UUID_SIZE) == 0;
}

VkPipelineCache vk_cache_open(const struct vulkan_device *device)
{
    VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    VkPipelineCache cache = VK_NULL_HANDLE;
    char path[ARTEM_PATH_MAX], *data = NULL;
    size_t size = 0;

    if (find_path(device, path, sizeof path) && artem_file_read(path, SIZE_MAX_CACHE, &data, &size) == ARTEM_OK &&
        is_usable(device, data, size)) {
        info.initialDataSize = size - HEADER;
        info.pInitialData = data + HEADER;
    }
    if (device->vkCreatePipelineCache(device->handle, &info, NULL, &cache) != VK_SUCCESS) {
        info.initialDataSize = 0;
        if (device->vkCreatePipelineCache(device->handle, &info, NULL, &cache) != VK_SUCCESS)
            cache = VK_NULL_HANDLE;
    }
    free(data);
    return cache;
}

void vk_cache_save(const struct vulkan_device *device, VkPipelineCache cache)
{
    char path[ARTEM_PATH_MAX], *data = NULL, *old = NULL;
    size_t size = 0, old_size = 0;

    if (cache == VK_NULL_HANDLE || !find_path(device, path, sizeof path) ||
        device->vkGetPipelineCacheData(device->handle, cache, &size, NULL) != VK_SUCCESS || size <= VULKAN_HEADER ||
        size > SIZE_MAX_CACHE - HEADER)
        return;
    data = malloc(HEADER + size);
    if (data != NULL && device->vkGetPipelineCacheData(device->handle, cache, &size, data + HEADER) == VK_SUCCESS) {
        const uint32_t crc = artem_crc32(data + HEADER, size);
        memcpy(data, magic, sizeof magic);
        memcpy(data + 8, &crc, sizeof crc);
        memcpy(data + 12, &device->driver, sizeof device->driver);
        const bool same = artem_file_read(path, SIZE_MAX_CACHE, &old, &old_size) == ARTEM_OK &&
                          old_size == HEADER + size && memcmp(old, data, old_size) == 0;
        if (!same && !artem_cache_write(path, data, HEADER + size))
            artem_log(ARTEM_LOG_DEBUG, "compiled pipelines cannot be kept in %s: %s", path, strerror(errno));
    }
    free(old);
    free(data);
}

void vk_cache_close(const struct vulkan_device *device, VkPipelineCache cache)
{
    if (cache != VK_NULL_HANDLE)
        device->vkDestroyPipelineCache(device->handle, cache, NULL);
}
