// SPDX-License-Identifier: Apache-2.0
// A Vulkan layer for test beds only, never a part of the product: VK_KHR_external_semaphore_fd for drivers that have
// timeline semaphores but cannot export any (Mesa's software Vulkan). An exported semaphore's file says where in this
// process the mock CUDA driver finds it (mock_cuda.h), and so do other devices that import it. Exported binary
// semaphores are timelines underneath: the n-th wait waits for the n-th signal. Imported ones, which have to be binary,
// are timelines of the other device, and a thread tells one of the other.
#define VK_NO_PROTOTYPES
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mock_cuda.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern unsigned artem_semaphores_imported; // for tests
EXPORT extern bool artem_semaphores_refuse_imports;
EXPORT extern bool artem_semaphores_fail_submissions;
unsigned artem_semaphores_imported;
bool artem_semaphores_refuse_imports, artem_semaphores_fail_submissions;

#define NAME VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME

enum { LIVES_MAX = 16, SEMAPHORES_MAX = 64, SUBMITS_MAX = 8, WAITS_MAX = 8 };

// Handles of one instance or device begin with the same pointer.
struct instance {
    void *key;
    VkInstance handle;
    PFN_vkGetInstanceProcAddr get;
    // Asked for while the instance is made: later the loader may answer with the beginning of the chain.
    PFN_vkEnumerateDeviceExtensionProperties enumerate;
    PFN_vkDestroyInstance destroy;
};

struct device {
    void *key;
    VkDevice handle;
    bool exports; // the app enabled the extension
    PFN_vkGetDeviceProcAddr get;
    PFN_vkDestroyDevice destroy;
    PFN_vkCreateSemaphore create_semaphore;
    PFN_vkDestroySemaphore destroy_semaphore;
    PFN_vkWaitSemaphores wait_semaphores;
    PFN_vkSignalSemaphore signal_semaphore;
    PFN_vkQueueSubmit queue_submit;
};

struct semaphore {
    VkSemaphore handle;
    const struct device *device;
    bool binary;
    atomic_int users; // the app and importers
    atomic_uint_least64_t waits, signals;
};

// One direction only: another device's semaphore is waited for, or signalled.
struct imported {
    VkSemaphore handle;
    const struct device *device;
    struct mock_semaphore source;
    VkSemaphore timeline;
    uint64_t value; // of the latest submission
    bool is_wait;
    bool has_thread;
    pthread_t thread; // of that submission
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *imports[SEMAPHORES_MAX], *semaphores[SEMAPHORES_MAX]; // structures that begin with their handle
static struct instance instances[LIVES_MAX];
static struct device devices[LIVES_MAX];

static void *key_of(const void *handle)
{
    return *(void *const *)handle;
}

static struct instance *find_instance(const void *handle)
{
    struct instance *found = NULL;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < LIVES_MAX && found == NULL; i++)
        if (instances[i].key == (handle != NULL ? key_of(handle) : NULL))
            found = &instances[i];
    pthread_mutex_unlock(&mutex);
    return found;
}

static struct device *find_device(const void *handle)
{
    struct device *found = NULL;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < LIVES_MAX && found == NULL; i++)
        if (devices[i].key == (handle != NULL ? key_of(handle) : NULL))
            found = &devices[i];
    pthread_mutex_unlock(&mutex);
    return found;
}

// ---- Semaphores ----

static void *find_in(void *const *table, VkSemaphore handle)
{
    void *found = NULL;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < SEMAPHORES_MAX && found == NULL; i++)
        if (table[i] != NULL && *(const VkSemaphore *)table[i] == handle)
            found = table[i];
    pthread_mutex_unlock(&mutex);
    return found;
}

// Puts the one in the place of the other; NULL is a free one.
static void replace_in(void **table, const void *old, void *new)
{
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < SEMAPHORES_MAX; i++)
        if (table[i] == old) {
            table[i] = new;
            break;
        }
    pthread_mutex_unlock(&mutex);
}

static struct semaphore *find_semaphore(VkSemaphore handle)
{
    return find_in(semaphores, handle);
}

static void retain(void *user)
{
    struct semaphore *semaphore = user;

    atomic_fetch_add(&semaphore->users, 1);
}

// The true semaphore lives as long as anyone uses it, as exported ones do.
static void release(void *user)
{
    struct semaphore *semaphore = user;

    if (atomic_fetch_sub(&semaphore->users, 1) > 1)
        return;
    semaphore->device->destroy_semaphore(semaphore->device->handle, semaphore->handle, NULL);
    free(semaphore);
}

static bool wait_for(void *user, uint64_t value)
{
    struct semaphore *semaphore = user;
    const struct device *d = semaphore->device;
    const uint64_t wanted = semaphore->binary ? atomic_fetch_add(&semaphore->waits, 1) + 1 : value;
    const VkSemaphoreWaitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
        .semaphoreCount = 1,
        .pSemaphores = &semaphore->handle,
        .pValues = &wanted,
    };

    return d->wait_semaphores(d->handle, &info, UINT64_C(20000000000)) == VK_SUCCESS;
}

// Binary semaphores may be signalled only when whatever waits for the signal before has been submitted.
static uint64_t next_signal(struct semaphore *semaphore)
{
    const uint64_t signals = atomic_fetch_add(&semaphore->signals, 1);

    if (signals > atomic_load(&semaphore->waits)) {
        fprintf(stderr, "a binary semaphore is signalled twice\n");
        abort();
    }
    return signals + 1;
}

static void signal_value(void *user, uint64_t value)
{
    struct semaphore *semaphore = user;
    const struct device *d = semaphore->device;
    const VkSemaphoreSignalInfo info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
        .semaphore = semaphore->handle,
        .value = semaphore->binary ? next_signal(semaphore) : value,
    };

    d->signal_semaphore(d->handle, &info);
}

static const void *find_in_chain(const void *chain, VkStructureType type)
{
    const VkBaseInStructure *next = chain;

    while (next != NULL && next->sType != type)
        next = next->pNext;
    return next;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_semaphore(VkDevice handle, const VkSemaphoreCreateInfo *info,
                                                       const VkAllocationCallbacks *allocator, VkSemaphore *out)
{
    const struct device *d = find_device(handle);
    const VkExportSemaphoreCreateInfo *exported =
        find_in_chain(info->pNext, VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO);
    const VkSemaphoreTypeCreateInfo *type = find_in_chain(info->pNext, VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
    const VkSemaphoreTypeCreateInfo timeline = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                                .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
                                                .initialValue = type != NULL ? type->initialValue : 0};
    const VkSemaphoreCreateInfo changed = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &timeline};
    struct semaphore *semaphore;
    VkResult result;

    if (exported == NULL || !d->exports)
        return d->create_semaphore(handle, info, allocator, out);
    result = d->create_semaphore(handle, &changed, NULL, out);
    if (result != VK_SUCCESS)
        return result;
    semaphore = calloc(1, sizeof *semaphore);
    semaphore->handle = *out;
    semaphore->device = d;
    semaphore->binary = type == NULL || type->semaphoreType == VK_SEMAPHORE_TYPE_BINARY;
    atomic_init(&semaphore->users, 1);
    replace_in(semaphores, NULL, semaphore);
    return VK_SUCCESS;
}

// ---- Imported semaphores ----

static struct imported *find_import(VkSemaphore handle)
{
    return find_in(imports, handle);
}

static VKAPI_ATTR VkResult VKAPI_CALL import_semaphore_fd(VkDevice handle, const VkImportSemaphoreFdInfoKHR *info)
{
    const struct device *d = find_device(handle);
    const VkSemaphoreTypeCreateInfo timeline = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                                .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo timeline_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &timeline};
    struct imported *imported = calloc(1, sizeof *imported);

    if (artem_semaphores_refuse_imports ||
        pread(info->fd, &imported->source, sizeof imported->source, 0) != sizeof imported->source ||
        imported->source.magic != MOCK_SEMAPHORE_MAGIC || imported->source.process != getpid() ||
        d->create_semaphore(handle, &timeline_info, NULL, &imported->timeline) != VK_SUCCESS) {
        free(imported);
        return VK_ERROR_INVALID_EXTERNAL_HANDLE;
    }
    close(info->fd);
    imported->handle = info->semaphore;
    imported->device = d;
    imported->source.retain(imported->source.user);
    replace_in(imports, NULL, imported);
    artem_semaphores_imported++;
    return VK_SUCCESS;
}

static void *tell(void *user)
{
    struct imported *imported = user;
    const struct device *d = imported->device;
    const VkSemaphoreSignalInfo signal_info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
        .semaphore = imported->timeline,
        .value = imported->value,
    };
    const VkSemaphoreWaitInfo wait_info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
        .semaphoreCount = 1,
        .pSemaphores = &imported->timeline,
        .pValues = &imported->value,
    };

    if (imported->is_wait) {
        if (imported->source.wait(imported->source.user, 0))
            d->signal_semaphore(d->handle, &signal_info);
    } else if (d->wait_semaphores(d->handle, &wait_info, UINT64_C(20000000000)) == VK_SUCCESS) {
        imported->source.signal(imported->source.user, 0);
    }
    return NULL;
}

static void join(struct imported *imported)
{
    if (imported->has_thread)
        pthread_join(imported->thread, NULL);
    imported->has_thread = false;
}

// The thread begins before the submission: a wait has to be known before its signal comes.
static uint64_t follow(struct imported *imported, bool is_wait)
{
    join(imported);
    imported->is_wait = is_wait;
    imported->value++;
    imported->has_thread = pthread_create(&imported->thread, NULL, tell, imported) == 0;
    return imported->value;
}

static void forget_import(struct imported *imported)
{
    const struct device *d = imported->device;

    join(imported);
    replace_in(imports, imported, NULL);
    d->destroy_semaphore(d->handle, imported->timeline, NULL);
    d->destroy_semaphore(d->handle, imported->handle, NULL);
    imported->source.release(imported->source.user);
    free(imported);
}

// ---- Their life and use ----

static VKAPI_ATTR void VKAPI_CALL destroy_semaphore(VkDevice handle, VkSemaphore semaphore,
                                                    const VkAllocationCallbacks *allocator)
{
    struct semaphore *own = semaphore != VK_NULL_HANDLE ? find_semaphore(semaphore) : NULL;
    struct imported *imported = semaphore != VK_NULL_HANDLE ? find_import(semaphore) : NULL;

    if (imported != NULL) {
        forget_import(imported);
        return;
    }
    if (own == NULL) {
        find_device(handle)->destroy_semaphore(handle, semaphore, allocator);
        return;
    }
    replace_in(semaphores, own, NULL);
    release(own);
}

static VKAPI_ATTR VkResult VKAPI_CALL get_semaphore_fd(VkDevice handle, const VkSemaphoreGetFdInfoKHR *info, int *fd)
{
    struct semaphore *own = find_semaphore(info->semaphore);
    const struct mock_semaphore content = {MOCK_SEMAPHORE_MAGIC, getpid(), own, retain, release, wait_for,
                                           signal_value};

    (void)handle;
    *fd = own != NULL ? memfd_create("semaphore", MFD_CLOEXEC) : -1;
    return *fd >= 0 && write(*fd, &content, sizeof content) == sizeof content ? VK_SUCCESS : VK_ERROR_TOO_MANY_OBJECTS;
}

// Binary semaphores that are timelines underneath get their values.
struct side {
    VkSemaphore handles[WAITS_MAX];
    uint64_t values[WAITS_MAX];
    bool any;
};

// What a submission waits for, or signals: the semaphores themselves, and their values.
static struct side find_side(const VkSemaphore *handles, uint32_t count, const uint64_t *values, uint32_t value_count,
                             bool is_wait)
{
    struct side side = {.any = false};

    for (uint32_t k = 0; k < count && k < WAITS_MAX; k++) {
        struct semaphore *s = find_semaphore(handles[k]);
        struct imported *imported = find_import(handles[k]);

        side.handles[k] = imported != NULL ? imported->timeline : handles[k];
        side.values[k] = k < value_count ? values[k] : 0;
        if (imported != NULL)
            side.values[k] = follow(imported, is_wait);
        else if (s != NULL && s->binary)
            side.values[k] = is_wait ? atomic_fetch_add(&s->waits, 1) + 1 : next_signal(s);
        side.any = side.any || imported != NULL || (s != NULL && s->binary);
    }
    return side;
}

static VKAPI_ATTR VkResult VKAPI_CALL queue_submit(VkQueue queue, uint32_t count, const VkSubmitInfo *submits,
                                                   VkFence fence)
{
    const struct device *d = find_device(queue);
    VkSubmitInfo changed[SUBMITS_MAX];
    VkTimelineSemaphoreSubmitInfo infos[SUBMITS_MAX];
    struct side waits[SUBMITS_MAX], signals[SUBMITS_MAX];

    for (uint32_t i = 0; i < count && artem_semaphores_fail_submissions; i++)
        for (uint32_t k = 0; k < submits[i].waitSemaphoreCount; k++)
            if (find_import(submits[i].pWaitSemaphores[k]) != NULL)
                return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    for (uint32_t i = 0; i < count && count <= SUBMITS_MAX; i++) {
        static const VkTimelineSemaphoreSubmitInfo none = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO};
        const VkSubmitInfo *from = &submits[i];
        const VkTimelineSemaphoreSubmitInfo *given = find_in_chain(from->pNext, none.sType);
        const VkTimelineSemaphoreSubmitInfo *old = given != NULL ? given : &none;

        waits[i] = find_side(from->pWaitSemaphores, from->waitSemaphoreCount, old->pWaitSemaphoreValues,
                             old->waitSemaphoreValueCount, true);
        signals[i] = find_side(from->pSignalSemaphores, from->signalSemaphoreCount, old->pSignalSemaphoreValues,
                               old->signalSemaphoreValueCount, false);
        infos[i] = (VkTimelineSemaphoreSubmitInfo){
            .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
            .waitSemaphoreValueCount = from->waitSemaphoreCount,
            .pWaitSemaphoreValues = waits[i].values,
            .signalSemaphoreValueCount = from->signalSemaphoreCount,
            .pSignalSemaphoreValues = signals[i].values,
        };
        changed[i] = *from;
        changed[i].pWaitSemaphores = waits[i].handles;
        changed[i].pSignalSemaphores = signals[i].handles;
        if (waits[i].any || signals[i].any)
            changed[i].pNext = &infos[i];
    }
    return d->queue_submit(queue, count, count <= SUBMITS_MAX ? changed : submits, fence);
}

// ---- Instances and devices ----

static VKAPI_ATTR VkResult VKAPI_CALL enumerate_extensions(VkPhysicalDevice physical, const char *layer,
                                                           uint32_t *count, VkExtensionProperties *list)
{
    const struct instance *instance = find_instance(physical);
    const PFN_vkEnumerateDeviceExtensionProperties next = instance->enumerate;
    const uint32_t capacity = list != NULL ? *count : 0;
    VkResult result;

    if (layer != NULL)
        return next(physical, layer, count, list);
    result = next(physical, NULL, count, list);
    for (uint32_t i = 0; list != NULL && i < *count; i++)
        if (strcmp(list[i].extensionName, NAME) == 0)
            return result;
    if (list == NULL || (result == VK_SUCCESS && *count < capacity)) {
        if (list != NULL)
            list[*count] = (VkExtensionProperties){NAME, 1};
        ++*count;
        return result;
    }
    return VK_INCOMPLETE;
}

static VKAPI_ATTR void VKAPI_CALL semaphore_properties(VkPhysicalDevice physical,
                                                       const VkPhysicalDeviceExternalSemaphoreInfo *info,
                                                       VkExternalSemaphoreProperties *properties)
{
    (void)physical;
    properties->exportFromImportedHandleTypes = 0;
    properties->compatibleHandleTypes = info->handleType;
    properties->externalSemaphoreFeatures =
        info->handleType == VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
            ? VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT
            : 0;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(VkDevice handle, const VkAllocationCallbacks *allocator)
{
    struct device *d = handle != NULL ? find_device(handle) : NULL;

    if (d == NULL)
        return;
    d->destroy(handle, allocator);
    pthread_mutex_lock(&mutex);
    d->key = NULL;
    pthread_mutex_unlock(&mutex);
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                                                    const VkAllocationCallbacks *allocator, VkDevice *out)
{
    VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
    VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, .timelineSemaphore = VK_TRUE};
    VkDeviceCreateInfo changed = *info;
    const char *names[64];
    struct device d = {.key = NULL};
    VkResult result;

    while (link != NULL &&
           (link->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO))
        link = (VkLayerDeviceCreateInfo *)link->pNext;
    if (link == NULL || info->enabledExtensionCount > 60)
        return VK_ERROR_INITIALIZATION_FAILED;
    const PFN_vkGetInstanceProcAddr get_instance = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
    d.get = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;
    changed.enabledExtensionCount = 0;
    for (uint32_t i = 0; i < info->enabledExtensionCount; i++) {
        if (strcmp(info->ppEnabledExtensionNames[i], NAME) == 0)
            d.exports = true;
        else
            names[changed.enabledExtensionCount++] = info->ppEnabledExtensionNames[i];
    }
    changed.ppEnabledExtensionNames = names;
    if (d.exports && find_in_chain(info->pNext, timeline.sType) == NULL &&
        find_in_chain(info->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES) == NULL) {
        timeline.pNext = (void *)info->pNext;
        changed.pNext = &timeline;
        names[changed.enabledExtensionCount++] = VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME;
    }
    const PFN_vkCreateDevice create = (PFN_vkCreateDevice)get_instance(NULL, "vkCreateDevice");
    result = create(physical, &changed, allocator, out);
    if (result != VK_SUCCESS)
        return result;
    d.key = key_of(*out);
    d.handle = *out;
    d.destroy = (PFN_vkDestroyDevice)d.get(*out, "vkDestroyDevice");
    d.create_semaphore = (PFN_vkCreateSemaphore)d.get(*out, "vkCreateSemaphore");
    d.destroy_semaphore = (PFN_vkDestroySemaphore)d.get(*out, "vkDestroySemaphore");
    d.wait_semaphores = (PFN_vkWaitSemaphores)d.get(*out, "vkWaitSemaphoresKHR");
    d.signal_semaphore = (PFN_vkSignalSemaphore)d.get(*out, "vkSignalSemaphoreKHR");
    d.queue_submit = (PFN_vkQueueSubmit)d.get(*out, "vkQueueSubmit");
    *find_device(NULL) = d;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(VkInstance handle, const VkAllocationCallbacks *allocator)
{
    struct instance *instance = handle != NULL ? find_instance(handle) : NULL;

    if (instance == NULL)
        return;
    instance->destroy(handle, allocator);
    instance->key = NULL;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
                                                      const VkAllocationCallbacks *allocator, VkInstance *out)
{
    VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
    struct instance instance = {.key = NULL};
    VkResult result;

    while (link != NULL &&
           (link->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO))
        link = (VkLayerInstanceCreateInfo *)link->pNext;
    if (link == NULL)
        return VK_ERROR_INITIALIZATION_FAILED;
    instance.get = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;
    result = ((PFN_vkCreateInstance)instance.get(NULL, "vkCreateInstance"))(info, allocator, out);
    if (result != VK_SUCCESS)
        return result;
    instance.key = key_of(*out);
    instance.handle = *out;
    instance.enumerate =
        (PFN_vkEnumerateDeviceExtensionProperties)instance.get(*out, "vkEnumerateDeviceExtensionProperties");
    instance.destroy = (PFN_vkDestroyInstance)instance.get(*out, "vkDestroyInstance");
    *find_instance(NULL) = instance;
    return VK_SUCCESS;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_proc_addr(VkDevice handle, const char *name)
{
    const struct device *d = find_device(handle);
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
        bool needs_export;
    } own[] = {
        {"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_proc_addr, false},
        {"vkDestroyDevice", (PFN_vkVoidFunction)destroy_device, false},
        {"vkCreateSemaphore", (PFN_vkVoidFunction)create_semaphore, false},
        {"vkDestroySemaphore", (PFN_vkVoidFunction)destroy_semaphore, false},
        {"vkQueueSubmit", (PFN_vkVoidFunction)queue_submit, false},
        {"vkGetSemaphoreFdKHR", (PFN_vkVoidFunction)get_semaphore_fd, true},
        {"vkImportSemaphoreFdKHR", (PFN_vkVoidFunction)import_semaphore_fd, true},
    };

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i].name) == 0)
            return own[i].needs_export && !d->exports ? NULL : own[i].function;
    return d->get(handle, name);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_proc_addr(VkInstance handle, const char *name)
{
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
    } own[] = {
        {"vkGetInstanceProcAddr", (PFN_vkVoidFunction)get_instance_proc_addr},
        {"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_proc_addr},
        {"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
        {"vkDestroyInstance", (PFN_vkVoidFunction)destroy_instance},
        {"vkCreateDevice", (PFN_vkVoidFunction)create_device},
        {"vkDestroyDevice", (PFN_vkVoidFunction)destroy_device},
        {"vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)enumerate_extensions},
        {"vkGetPhysicalDeviceExternalSemaphoreProperties", (PFN_vkVoidFunction)semaphore_properties},
        {"vkGetPhysicalDeviceExternalSemaphorePropertiesKHR", (PFN_vkVoidFunction)semaphore_properties},
        {"vkCreateSemaphore", (PFN_vkVoidFunction)create_semaphore},
        {"vkDestroySemaphore", (PFN_vkVoidFunction)destroy_semaphore},
        {"vkQueueSubmit", (PFN_vkVoidFunction)queue_submit},
        {"vkGetSemaphoreFdKHR", (PFN_vkVoidFunction)get_semaphore_fd},
        {"vkImportSemaphoreFdKHR", (PFN_vkVoidFunction)import_semaphore_fd},
    };

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i].name) == 0)
            return own[i].function;
    return handle != NULL ? find_instance(handle)->get(handle, name) : NULL;
}

EXPORT VKAPI_ATTR VkResult VKAPI_CALL artem_semaphores_negotiate(VkNegotiateLayerInterface *interface);

EXPORT VKAPI_ATTR VkResult VKAPI_CALL artem_semaphores_negotiate(VkNegotiateLayerInterface *interface)
{
    if (interface->loaderLayerInterfaceVersion < 2)
        return VK_ERROR_INITIALIZATION_FAILED;
    interface->loaderLayerInterfaceVersion = 2;
    interface->pfnGetInstanceProcAddr = get_instance_proc_addr;
    interface->pfnGetDeviceProcAddr = get_device_proc_addr;
    interface->pfnGetPhysicalDeviceProcAddr = NULL;
    return VK_SUCCESS;
}
