// SPDX-License-Identifier: Apache-2.0
// Pictures in buffers of the caller's device, painted on a device of the backend's own on the same GPU. Where the app
// makes its device alone (XR_KHR_vulkan_enable, which Proton uses), nobody can add anything to it: the own one has
// integer dot products, and a queue beside the app's.
#include <stdlib.h>
#include <unistd.h>

#include "backend_vulkan.h"

static const uint64_t finish_timeout_ns = 1000000000;

static enum artem_result import_buffer(void *self, int fd, uint64_t allocated, void **out_buffer)
{
    struct vulkan_backend *vulkan = self;
    struct vk_buffer *buffer = calloc(1, sizeof *buffer);
    enum artem_result result = ARTEM_ERROR_MEMORY;

    if (buffer != NULL)
        result = vk_buffer_import(vulkan->device, fd, allocated, buffer);
    else
        close(fd);
    if (result == ARTEM_OK)
        *out_buffer = buffer;
    else
        free(buffer);
    return result;
}

static bool finish(void *self)
{
    struct vulkan_backend *vulkan = self;

    if (vulkan->in_flight && vulkan_wait(vulkan, finish_timeout_ns) == ARTEM_TIMEOUT)
        vulkan->lost = true; // nobody knows when it ends
    return !vulkan->lost;
}

static void release_buffer(void *self, void *buffer)
{
    struct vulkan_backend *vulkan = self;

    if (buffer != NULL && finish(vulkan))
        vk_buffer_destroy(vulkan->device, buffer);
    free(buffer);
}

static enum artem_result import_semaphore(const struct vulkan_device *d, int fd, VkSemaphore *out_semaphore)
{
    const VkSemaphoreCreateInfo semaphore_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    bool imported = false;

    if (d->vkCreateSemaphore(d->handle, &semaphore_info, NULL, out_semaphore) == VK_SUCCESS) {
        const VkImportSemaphoreFdInfoKHR info = {
            .sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR,
            .semaphore = *out_semaphore,
            .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
            .fd = fd,
        };
        imported = d->vkImportSemaphoreFdKHR(d->handle, &info) == VK_SUCCESS;
    }
    if (!imported)
        close(fd);
    return imported ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

static enum artem_result import_semaphores(void *self, int ready_fd, int done_fd, bool timeline)
{
    struct vulkan_backend *vulkan = self;
    enum artem_result result = ARTEM_ERROR_UNSUPPORTED;

    if (!timeline && vulkan->device->vkImportSemaphoreFdKHR != NULL)
        result = import_semaphore(vulkan->device, ready_fd, &vulkan->shared_ready);
    else
        close(ready_fd);
    if (result == ARTEM_OK)
        result = import_semaphore(vulkan->device, done_fd, &vulkan->shared_done);
    else
        close(done_fd);
    return result;
}

static const struct vk_buffer *to_buffer(uint64_t imported)
{
    return (const struct vk_buffer *)(uintptr_t)imported; // NOLINT(performance-no-int-to-ptr)
}

static enum artem_result submit(void *self, const struct artem_engine_frame *frame, uint64_t value)
{
    struct artem_engine_frame own = *frame;

    (void)value;
    for (uint32_t v = 0; v < own.views; v++) {
        struct artem_engine_view *view = &own.view[v];
        const struct vk_buffer *in = to_buffer(view->in_buffer), *out = to_buffer(view->out_buffer);

        view->in_buffer = (uint64_t)(uintptr_t)in->handle;
        view->out_buffer = (uint64_t)(uintptr_t)out->handle;
        view->in_serial = in->serial;
        view->out_serial = out->serial;
    }
    return vulkan_submit_frame(self, &own, true);
}

static enum artem_result wait(void *self, uint64_t timeout_ns)
{
    return vulkan_wait(self, timeout_ns);
}

enum artem_result vulkan_share_create(struct vulkan_backend *vulkan, const struct vulkan_device *device)
{
    static const struct share_peer_ops ops = {
        .name = "the device beside the app's",
        .import_buffer = import_buffer,
        .release_buffer = release_buffer,
        .import_semaphores = import_semaphores,
        .submit = submit,
        .wait = wait,
        .finish = finish,
    };

    return share_create(device, &(struct share_peer){&ops, vulkan}, &vulkan->share);
}

void vulkan_share_destroy(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    share_destroy(&vulkan->share);
    if (vulkan->lost)
        return;
    d->vkDestroySemaphore(d->handle, vulkan->shared_ready, NULL);
    d->vkDestroySemaphore(d->handle, vulkan->shared_done, NULL);
}

void vulkan_cmd_lend_buffers(const struct vulkan_backend *vulkan, bool back)
{
    VkBufferMemoryBarrier barriers[2 * ARTEM_MAX_VIEWS];
    uint32_t count = 0;

    for (uint32_t v = 0; v < vulkan->shape.views && vulkan->share != NULL; v++) {
        const struct vulkan_view *view = &vulkan->shape.view[v];

        if (view->in == 0)
            continue;
        barriers[count++] = vk_buffer_hand_over(vulkan->device, view->in, back);
        barriers[count++] = vk_buffer_hand_over(vulkan->device, view->out, back);
    }
    if (count > 0)
        vulkan->device->vkCmdPipelineBarrier(vulkan->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                                             VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 0, NULL, count, barriers, 0,
                                             NULL);
}
