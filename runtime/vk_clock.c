// SPDX-License-Identifier: Apache-2.0
// VK_EXT_calibrated_timestamps: when, by the system's clock, a device did what its timestamps tell.
#include "artem_vk/device.h"

enum { DOMAINS_MAX = 16 };

const char vulkan_clock_extension[] = VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME;

bool vulkan_has_clock(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    const PFN_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT get_domains =
        (PFN_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT)get(instance,
                                                                "vkGetPhysicalDeviceCalibrateableTimeDomainsEXT");
    VkTimeDomainEXT domains[DOMAINS_MAX];
    uint32_t count = DOMAINS_MAX;
    bool device = false, monotonic = false;

    if (get_domains == NULL || !vulkan_has_extension(get, instance, physical, vulkan_clock_extension) ||
        get_domains(physical, &count, domains) < 0)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        device = device || domains[i] == VK_TIME_DOMAIN_DEVICE_EXT;
        monotonic = monotonic || domains[i] == VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT;
    }
    return device && monotonic;
}

bool vulkan_read_clock(const struct vulkan_device *device, struct vulkan_clock *out_clock)
{
    static const VkCalibratedTimestampInfoEXT infos[2] = {
        {VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT, NULL, VK_TIME_DOMAIN_DEVICE_EXT},
        {VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT, NULL, VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT},
    };
    uint64_t times[2], deviation;

    if (device->vkGetCalibratedTimestampsEXT == NULL || device->timestamp_ms <= 0 ||
        device->vkGetCalibratedTimestampsEXT(device->handle, 2, infos, times, &deviation) != VK_SUCCESS)
        return false;
    *out_clock = (struct vulkan_clock){.ticks = times[0], .ns = times[1]};
    return true;
}

double vulkan_ms_before(const struct vulkan_device *device, const struct vulkan_clock *clock, uint64_t ticks)
{
    return (double)((clock->ticks - ticks) & device->timestamp_mask) * device->timestamp_ms;
}
