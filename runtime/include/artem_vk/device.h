// SPDX-License-Identifier: Apache-2.0
// A Vulkan device as this project uses it: entry points, one queue, limits. It is the app's, or one of our own. Nothing
// links to libvulkan.
#ifndef ARTEM_VK_DEVICE_H
#define ARTEM_VK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "artem/log.h"
#include "artem/result.h"

#define VULKAN_DEVICE_FUNCTIONS(X)                                                                                     \
    X(vkAllocateCommandBuffers)                                                                                        \
    X(vkAllocateDescriptorSets)                                                                                        \
    X(vkAllocateMemory)                                                                                                \
    X(vkBeginCommandBuffer)                                                                                            \
    X(vkBindBufferMemory)                                                                                              \
    X(vkBindImageMemory)                                                                                               \
    X(vkCmdBindDescriptorSets)                                                                                         \
    X(vkCmdBindPipeline)                                                                                               \
    X(vkCmdCopyBuffer)                                                                                                 \
    X(vkCmdCopyBufferToImage)                                                                                          \
    X(vkCmdCopyImageToBuffer)                                                                                          \
    X(vkCmdDispatch)                                                                                                   \
    X(vkCmdDispatchIndirect)                                                                                           \
    X(vkCmdPipelineBarrier)                                                                                            \
    X(vkCmdPushConstants)                                                                                              \
    X(vkCmdResetQueryPool)                                                                                             \
    X(vkCmdResolveImage)                                                                                               \
    X(vkCmdWriteTimestamp)                                                                                             \
    X(vkCreateBuffer)                                                                                                  \
    X(vkCreateCommandPool)                                                                                             \
    X(vkCreateComputePipelines)                                                                                        \
    X(vkCreateDescriptorPool)                                                                                          \
    X(vkCreateDescriptorSetLayout)                                                                                     \
    X(vkCreateFence)                                                                                                   \
    X(vkCreateImage)                                                                                                   \
    X(vkCreatePipelineCache)                                                                                           \
    X(vkCreatePipelineLayout)                                                                                          \
    X(vkCreateQueryPool)                                                                                               \
    X(vkCreateSemaphore)                                                                                               \
    X(vkCreateShaderModule)                                                                                            \
    X(vkDestroyBuffer)                                                                                                 \
    X(vkDestroyCommandPool)                                                                                            \
    X(vkDestroyDescriptorPool)                                                                                         \
    X(vkDestroyDescriptorSetLayout)                                                                                    \
    X(vkDestroyFence)                                                                                                  \
    X(vkDestroyImage)                                                                                                  \
    X(vkDestroyPipeline)                                                                                               \
    X(vkDestroyPipelineCache)                                                                                          \
    X(vkDestroyPipelineLayout)                                                                                         \
    X(vkDestroyQueryPool)                                                                                              \
    X(vkDestroySemaphore)                                                                                              \
    X(vkDestroyShaderModule)                                                                                           \
    X(vkEndCommandBuffer)                                                                                              \
    X(vkFreeMemory)                                                                                                    \
    X(vkGetBufferMemoryRequirements)                                                                                   \
    X(vkGetDeviceQueue)                                                                                                \
    X(vkGetFenceStatus)                                                                                                \
    X(vkGetImageMemoryRequirements)                                                                                    \
    X(vkGetPipelineCacheData)                                                                                          \
    X(vkGetQueryPoolResults)                                                                                           \
    X(vkMapMemory)                                                                                                     \
    X(vkQueueSubmit)                                                                                                   \
    X(vkResetFences)                                                                                                   \
    X(vkUpdateDescriptorSets)                                                                                          \
    X(vkWaitForFences)

// How work of another API on the same device (CUDA) follows work of a queue, and is followed by it: by exported
// semaphores of this kind. Memory can be exported too then.
enum vulkan_sharing { VULKAN_SHARING_NONE, VULKAN_SHARING_BINARY, VULKAN_SHARING_TIMELINE };

// Four products of bytes and their sum as one instruction: of unsigned bytes with signed ones, or of signed ones alone
// (RDNA 2 and what is like it).
enum vulkan_dot { VULKAN_DOT_NONE, VULKAN_DOT_MIXED, VULKAN_DOT_SIGNED };

struct vulkan_device {
    VkDevice handle;
    VkQueue queue; // an app's: only inside calls that may use it
    uint32_t queue_family;
    VkQueue async_queue; // runs beside it, and is used by nobody else; VK_NULL_HANDLE: there is none
    uint32_t async_family;
    VkPhysicalDeviceMemoryProperties memory;
    uint32_t max_image_side;
    bool has_graphics;             // the queue: it can resolve multisampled images
    VkDeviceSize max_buffer_range; // that one binding may have
    uint32_t max_storage_buffers;  // that one shader may have
    enum vulkan_dot dot;
    enum vulkan_sharing sharing; // what it has been made for
    uint8_t uuid[VK_UUID_SIZE];  // of the device, where it shares
    uint8_t driver_uuid[VK_UUID_SIZE]; // likewise: the same driver understands what it exports
    VkPhysicalDeviceType type;
    uint32_t vendor, model, driver; // as the driver numbers them
    uint8_t cache_id[VK_UUID_SIZE]; // of its pipeline caches
    char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
    double timestamp_ms;                           // milliseconds per tick; 0 = the queue has no timestamps
    uint64_t timestamp_mask;                       // of the valid bits
    uint64_t async_timestamp_mask;                 // likewise, of async_queue
    void *library;                                 // libvulkan, where it had to be opened
    PFN_vkGetMemoryFdKHR vkGetMemoryFdKHR;         // with sharing, or where it exports memory; else NULL
    PFN_vkGetSemaphoreFdKHR vkGetSemaphoreFdKHR;   // with sharing, or where it exports semaphores; else NULL
    PFN_vkImportSemaphoreFdKHR vkImportSemaphoreFdKHR; // NULL: what others share cannot be used on it
    PFN_vkSignalSemaphoreKHR vkSignalSemaphoreKHR; // with timeline semaphores, and the next
    PFN_vkGetSemaphoreCounterValueKHR vkGetSemaphoreCounterValueKHR;
    PFN_vkGetCalibratedTimestampsEXT vkGetCalibratedTimestampsEXT; // NULL: its clock cannot be related
#define X(name) PFN_##name name;
    VULKAN_DEVICE_FUNCTIONS(X)
#undef X
};

// A queue beside the app's own that was made for nobody but us.
struct vulkan_async {
    bool has;
    uint32_t family, index;
};

// False: the environment's ARTEM_VULKAN_QUEUE=app asks for nothing beside the app's own queue and device.
bool vulkan_allows_async(void);

struct vulkan_device_params {
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    uint32_t queue_family, queue_index;
    struct vulkan_async async; // used where it can compute and measure what the other one can
    PFN_vkGetInstanceProcAddr get_instance_proc_addr; // NULL: look for the libvulkan that the app uses
    bool dot;                                         // made with VK_KHR_shader_integer_dot_product's feature
    enum vulkan_sharing sharing;                      // likewise; what is missing takes it away again
    bool clock;                                       // made with vulkan_clock_extension
    bool imports;                                     // made with vulkan_import_extensions
    bool exports_memory;                              // made with what vulkan_can_export_image asks for
    bool exports_semaphores;                          // made with vulkan_sharing_extensions
};

// ARTEM_ERROR_UNSUPPORTED, with the reason in the log, if the device or the queue lacks something.
enum artem_result vulkan_device_create(const struct vulkan_device_params *params, struct vulkan_device **out_device);
// The caller has waited for all work. Clears *device; NULL-safe.
void vulkan_device_destroy(struct vulkan_device **device);

// Command buffers for queues of a family, in a pool of their own, to be recorded over and over. On failure the pool may
// have been made all the same: it is the caller's to destroy, or VK_NULL_HANDLE.
enum artem_result vulkan_commands_create(const struct vulkan_device *device, uint32_t family, uint32_t count,
                                         VkCommandPool *out_pool, VkCommandBuffer *out_commands);

// Whether a device should be made with VK_KHR_shader_integer_dot_product and its feature: it has them, and does one of
// the products below as one instruction. The environment's ARTEM_VULKAN_DOT=on|signed|off decides instead of the
// latter. `version`: that the instance was made for.
bool vulkan_wants_dot(PFN_vkGetInstanceProcAddr get, VkInstance instance, uint32_t version, VkPhysicalDevice physical);
// ", with integer dot products" or the like, for messages; "" without.
const char *vulkan_dot_text(enum vulkan_dot dot);
// Which one to use of a device that was made so.
enum vulkan_dot vulkan_find_dot(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical);

// The first device of the fastest kind there is, among those whose names contain the environment's ARTEM_VULKAN_DEVICE;
// VK_NULL_HANDLE without one.
VkPhysicalDevice vulkan_find_device(PFN_vkGetInstanceProcAddr get, VkInstance instance);
// The same, leaving out so many: the fastest kind first, each kind in the order of the loader.
VkPhysicalDevice vulkan_find_nth_device(PFN_vkGetInstanceProcAddr get, VkInstance instance, uint32_t index);

bool vulkan_has_extension(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                          const char *name);

// What a device has to be made with to share memory and semaphores: all of vulkan_sharing_extensions, and for timeline
// semaphores vulkan_timeline_extension and its feature. NONE where the physical device lacks any of it. The instance
// needs what VkPhysicalDeviceIDProperties needs.
extern const char *const vulkan_sharing_extensions[];
extern const uint32_t vulkan_sharing_extension_count;
extern const char vulkan_timeline_extension[];
// What a device has to be made with to use what one that shares exports.
extern const char *const vulkan_import_extensions[];
enum { VULKAN_IMPORT_EXTENSIONS = 2 };
// Whether it can be done: buffers and binary semaphores.
bool vulkan_can_import(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical);
// Whether images (two dimensions, optimal tiling) of a format, flags and usage can be exported alone, by a device that is made
// with VK_KHR_external_memory_fd.
bool vulkan_can_export_image(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                             VkFormat format, VkImageCreateFlags flags, VkImageUsageFlags usage);
// Whether a device that is made with vulkan_sharing_extensions can export binary semaphores.
bool vulkan_can_export_semaphores(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical);
enum vulkan_sharing vulkan_find_sharing(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical);
// A semaphore for another API, and its opaque file descriptor, the caller's to close. On failure the semaphore may have
// been made all the same: it is the caller's to destroy.
enum artem_result vulkan_semaphore_export(const struct vulkan_device *device, bool timeline, VkSemaphore *out_semaphore,
                                          int *out_fd);
// The UUID by which other APIs know the device; false where the instance cannot tell.
bool vulkan_find_uuid(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                      uint8_t uuid[VK_UUID_SIZE]);
// And that of its driver.
bool vulkan_find_uuids(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                       uint8_t uuid[VK_UUID_SIZE], uint8_t driver_uuid[VK_UUID_SIZE]);

// The device's clock against CLOCK_MONOTONIC, for a device that has_clock and was made with this extension.
extern const char vulkan_clock_extension[];
bool vulkan_has_clock(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical);
struct vulkan_clock {
    uint64_t ticks; // of the device's timestamps
    uint64_t ns;    // at the same moment
};
// False where it cannot be told.
bool vulkan_read_clock(const struct vulkan_device *device, struct vulkan_clock *out_clock);
// How long before the reading a timestamp was written.
double vulkan_ms_before(const struct vulkan_device *device, const struct vulkan_clock *clock, uint64_t ticks);

// An instance of our own, of version 1.1 where there is one.
struct vulkan_own_instance {
    void *library;
    PFN_vkGetInstanceProcAddr get;
    VkInstance handle;
    uint32_t version;
    PFN_vkDestroyInstance vkDestroyInstance;
};
// NULL, or why there is none. To be closed in either case.
const char *vulkan_own_instance_open(struct vulkan_own_instance *out_instance);
void vulkan_own_instance_close(struct vulkan_own_instance *instance);
// The same GPU by the same driver, as the specifications ask of who imports opaque file descriptors; VK_NULL_HANDLE: it
// is not there.
VkPhysicalDevice vulkan_find_same_device(const struct vulkan_own_instance *instance, const uint8_t uuid[VK_UUID_SIZE],
                                         const uint8_t driver_uuid[VK_UUID_SIZE]);

// A device of our own, for engines that no app lends one: the one of vulkan_find_nth_device. ARTEM_ERROR_UNSUPPORTED,
// with the reason in the log at that level, without one.
struct vulkan_own_device;
enum artem_result vulkan_own_device_create(enum artem_log_level level, uint32_t index,
                                           struct vulkan_own_device **out_own);
// The same on the GPU of a device that shares, by the same driver, so that it can import from that one.
enum artem_result vulkan_own_device_create_beside(const struct vulkan_device *other,
                                                  struct vulkan_own_device **out_own);
const struct vulkan_device *vulkan_own_device_get(const struct vulkan_own_device *own);
// By which other APIs know it; false where the instance cannot tell.
bool vulkan_own_device_uuid(const struct vulkan_own_device *own, uint8_t uuid[VK_UUID_SIZE]);
// The caller has waited for all work. Clears *own; NULL-safe.
void vulkan_own_device_destroy(struct vulkan_own_device **own);

#endif
