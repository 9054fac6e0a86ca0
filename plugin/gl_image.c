// SPDX-License-Identifier: Apache-2.0
// EXT_external_objects, EXT_external_objects_fd.
#include "gl_image.h"

#include <stdlib.h>
#include <unistd.h>

#include "artem/log.h"

enum { ERRORS_MAX = 32, SEMAPHORES = 2 };

static const uint64_t patience_ns = 5000000000; // as for a queue that is full of work
// What OpenGL may do with a texture, Vulkan has to allow for the image (EXT_external_objects, issues 13 and 17), as far
// as its format can.
static const VkImageUsageFlags few_uses = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |
                                          VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
static const VkImageUsageFlags more_uses = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT;
static const VkImageCreateFlags flags = VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT;

struct gl_image {
    struct gl_share *share;
    GLsizei width, height, slices; // one slice: textures of GL_TEXTURE_2D, else GL_TEXTURE_2D_ARRAY
    GLenum format;                 // of the textures
    struct vk_image image;
    GLuint memory, texture;
    VkSemaphore semaphores[SEMAPHORES]; // used in turns by whoever's turn it is; VK_NULL_HANDLE without
    GLuint gl_semaphores[SEMAPHORES];
    bool has_semaphores;
    bool signalled; // by the latest turn: semaphores[which], and nobody has waited for it
    unsigned which;
    bool checked; // OpenGL has copied once without an error
    // The first layout.
    VkCommandPool pool;
    VkFence ready;
    bool submitted;
};

// ---- What a session has ----

enum artem_result gl_share_create(struct layer_instance *instance, const void *chain, struct gl_share **out_share,
                                  const char **out_why)
{
    struct gl_share *share = calloc(1, sizeof *share);
    enum artem_result result = ARTEM_ERROR_MEMORY;

    *out_why = "out of memory";
    if (share != NULL)
        result = gl_context_create(chain, &share->context, out_why);
    if (result == ARTEM_OK)
        result = gl_device_create(instance, share->context, &share->device, out_why);
    if (result == ARTEM_OK)
        *out_share = share;
    else
        gl_share_destroy(&share);
    return result;
}

void gl_share_destroy(struct gl_share **share)
{
    struct gl_share *s = *share;

    *share = NULL;
    if (s == NULL)
        return;
    if (!s->stuck) // else it may not be destroyed
        gl_device_destroy(&s->device);
    gl_context_destroy(&s->context);
    free(s);
}

VkFormat gl_find_format(int64_t internal_format)
{
    switch (internal_format) {
    case GL_SRGB8_ALPHA8:
        return VK_FORMAT_R8G8B8A8_SRGB;
    case GL_RGBA8:
        return VK_FORMAT_R8G8B8A8_UNORM;
    case GL_RGB10_A2:
        return VK_FORMAT_A2B10G10R10_UNORM_PACK32;
    case GL_RGBA16:
        return VK_FORMAT_R16G16B16A16_UNORM;
    case GL_RGBA16F:
        return VK_FORMAT_R16G16B16A16_SFLOAT;
    default:
        return VK_FORMAT_UNDEFINED;
    }
}

// 0: images of that format cannot be shared.
static VkImageUsageFlags find_uses(const struct gl_share *share, VkFormat format)
{
    const struct vulkan_own_instance *instance = &share->device->instance;
    const VkPhysicalDevice physical = share->device->physical;

    if (vulkan_can_export_image(instance->get, instance->handle, physical, format, flags, few_uses | more_uses))
        return few_uses | more_uses;
    return vulkan_can_export_image(instance->get, instance->handle, physical, format, flags, few_uses) ? few_uses : 0;
}

bool gl_can_share(const struct gl_share *share, VkFormat format)
{
    return find_uses(share, format) != 0;
}

// ---- Making one ----

static GLenum target_of(const struct gl_image *image)
{
    return image->slices > 1 ? GL_TEXTURE_2D_ARRAY : GL_TEXTURE_2D;
}

// The app's errors so far are its own; there is no way to put them back.
static bool has_errors(const struct gl_context *context)
{
    bool any = false;

    for (int i = 0; i < ERRORS_MAX && context->glGetError() != GL_NO_ERROR; i++)
        any = true;
    return any;
}

static bool import_memory(struct gl_image *image)
{
    const struct gl_context *gl = image->share->context;
    const GLint alone = GL_TRUE;
    const int fd = vk_memory_export(image->share->device->device, image->image.memory);

    if (fd < 0)
        return false;
    gl->glCreateMemoryObjectsEXT(1, &image->memory);
    gl->glMemoryObjectParameterivEXT(image->memory, GL_DEDICATED_MEMORY_OBJECT_EXT, &alone);
    if (!has_errors(gl)) {
        gl->glImportMemoryFdEXT(image->memory, image->image.shared, GL_HANDLE_TYPE_OPAQUE_FD_EXT, fd);
        if (!has_errors(gl))
            return true; // it has the descriptor now
    }
    close(fd);
    return false;
}

static bool make_texture(struct gl_image *image)
{
    const struct gl_context *gl = image->share->context;
    const GLenum target = target_of(image);
    GLint bound = 0;

    gl->glGetIntegerv(image->slices > 1 ? GL_TEXTURE_BINDING_2D_ARRAY : GL_TEXTURE_BINDING_2D, &bound);
    gl->glGenTextures(1, &image->texture);
    gl->glBindTexture(target, image->texture);
    if (image->slices > 1)
        gl->glTexStorageMem3DEXT(target, 1, image->format, image->width, image->height, image->slices, image->memory,
                                 0);
    else
        gl->glTexStorageMem2DEXT(target, 1, image->format, image->width, image->height, image->memory, 0);
    gl->glBindTexture(target, (GLuint)bound);
    return !has_errors(gl);
}

static bool share_semaphore(struct gl_image *image, unsigned i)
{
    const struct gl_context *gl = image->share->context;
    int fd = -1;

    if (vulkan_semaphore_export(image->share->device->device, false, &image->semaphores[i], &fd) != ARTEM_OK)
        return false;
    gl->glGenSemaphoresEXT(1, &image->gl_semaphores[i]);
    gl->glImportSemaphoreFdEXT(image->gl_semaphores[i], GL_HANDLE_TYPE_OPAQUE_FD_EXT, fd);
    if (!has_errors(gl))
        return true;
    close(fd);
    return false;
}

static enum artem_result make_gl_side(struct gl_image *image)
{
    const struct gl_context *gl = image->share->context;
    struct gl_before before;
    bool good;

    if (!gl_context_enter(gl, &before))
        return ARTEM_ERROR_DEVICE;
    has_errors(gl);
    good = import_memory(image) && make_texture(image);
    image->has_semaphores = gl->has_semaphores && image->share->device->device->vkGetSemaphoreFdKHR != NULL;
    for (unsigned i = 0; i < SEMAPHORES && good && image->has_semaphores; i++)
        image->has_semaphores = share_semaphore(image, i); // else the CPU waits
    gl_context_leave(gl, &before);
    return good ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
}

// Images begin in no layout at all; OpenGL expects the one that a turn of Vulkan's leaves.
static enum artem_result begin_layout(struct gl_image *image)
{
    const struct vulkan_device *d = image->share->device->device;
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    const VkCommandBufferBeginInfo begin = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
        .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
    };
    const struct vk_surface surface = gl_image_surface(image);
    const VkImageMemoryBarrier first =
        vk_image_barrier(surface.image, 0, 0, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    const VkImageMemoryBarrier away =
        vk_surface_barrier(d, &surface, true,
                           vk_image_barrier(surface.image, 0, 0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                            VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL));
    VkCommandBuffer commands;
    const VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .commandBufferCount = 1,
        .pCommandBuffers = &commands,
        .signalSemaphoreCount = surface.signal != VK_NULL_HANDLE,
        .pSignalSemaphores = &surface.signal,
    };

    if (d->vkCreateFence(d->handle, &fence_info, NULL, &image->ready) != VK_SUCCESS ||
        vulkan_commands_create(d, d->queue_family, 1, &image->pool, &commands) != ARTEM_OK ||
        d->vkBeginCommandBuffer(commands, &begin) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0,
                            NULL, 0, NULL, 1, &first);
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0,
                            NULL, 0, NULL, 1, &away);
    if (d->vkEndCommandBuffer(commands) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &submit, image->ready) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    image->submitted = true;
    gl_image_note_turn(image);
    if (!image->has_semaphores && d->vkWaitForFences(d->handle, 1, &image->ready, VK_TRUE, patience_ns) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

enum artem_result gl_image_create(struct gl_share *share, const XrSwapchainCreateInfo *info,
                                  struct gl_image **out_image)
{
    const VkFormat format = gl_find_format(info->format);
    const VkImageUsageFlags uses = find_uses(share, format);
    struct gl_image *image = calloc(1, sizeof *image);
    enum artem_result result;

    if (image == NULL)
        return ARTEM_ERROR_UNSUPPORTED;
    image->share = share;
    image->width = (GLsizei)info->width;
    image->height = (GLsizei)info->height;
    image->slices = (GLsizei)info->arraySize;
    image->format = (GLenum)info->format;
    result = uses != 0 ? vk_image_create_shared(share->device->device, info->width, info->height, info->arraySize,
                                                format, flags, uses, &image->image)
                       : ARTEM_ERROR_UNSUPPORTED;
    if (result != ARTEM_OK)
        result = ARTEM_ERROR_UNSUPPORTED;
    if (result == ARTEM_OK)
        result = make_gl_side(image);
    if (result == ARTEM_OK && begin_layout(image) != ARTEM_OK)
        result = ARTEM_ERROR_UNSUPPORTED;
    if (result == ARTEM_OK)
        *out_image = image;
    else
        gl_image_destroy(&image, true);
    return result;
}

static void destroy_gl_side(const struct gl_image *image)
{
    const struct gl_context *gl = image->share->context;
    struct gl_before before;

    if (image->share->context_gone || !gl_context_enter(gl, &before))
        return; // they end with the context
    gl->glDeleteTextures(1, &image->texture);
    if (image->memory != 0)
        gl->glDeleteMemoryObjectsEXT(1, &image->memory);
    for (unsigned i = 0; i < SEMAPHORES; i++)
        if (image->gl_semaphores[i] != 0)
            gl->glDeleteSemaphoresEXT(1, &image->gl_semaphores[i]);
    gl_context_leave(gl, &before);
}

void gl_image_destroy(struct gl_image **image, bool unused)
{
    struct gl_image *i = *image;

    *image = NULL;
    if (i == NULL)
        return;
    const struct vulkan_device *d = i->share->device->device;
    destroy_gl_side(i);
    if (i->submitted) {
        const VkResult result = d->vkWaitForFences(d->handle, 1, &i->ready, VK_TRUE, unused ? patience_ns : 0);
        unused = unused && (result == VK_SUCCESS || result == VK_ERROR_DEVICE_LOST);
    }
    if (unused) {
        for (unsigned s = 0; s < SEMAPHORES; s++)
            d->vkDestroySemaphore(d->handle, i->semaphores[s], NULL);
        d->vkDestroyCommandPool(d->handle, i->pool, NULL);
        d->vkDestroyFence(d->handle, i->ready, NULL);
        vk_image_destroy(d, &i->image);
    } else {
        i->share->stuck = true;
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
    }
    free(i);
}

// ---- Turns ----

struct vk_surface gl_image_surface(const struct gl_image *image)
{
    struct vk_surface surface = {.image = image->image.handle, .foreign = true};

    if (image->has_semaphores) {
        surface.wait = image->signalled ? image->semaphores[image->which] : VK_NULL_HANDLE;
        surface.signal = image->semaphores[!image->which];
    }
    return surface;
}

void gl_image_note_turn(struct gl_image *image)
{
    image->which = !image->which;
    image->signalled = image->has_semaphores;
}

// OpenGL's turn, in which the one texture is copied to the other.
static enum artem_result copy(struct gl_image *image, struct vk_target *target, GLuint from, GLuint to)
{
    const struct gl_context *gl = image->share->context;
    const GLenum kind = target_of(image), layout = GL_LAYOUT_COLOR_ATTACHMENT_EXT;
    enum artem_result result = ARTEM_OK;
    struct gl_before before;
    GLint answer;

    if (!image->has_semaphores)
        result = vk_target_wait(target, patience_ns);
    if (result != ARTEM_OK || !gl_context_enter(gl, &before))
        return ARTEM_ERROR_DEVICE;
    if (!image->checked)
        has_errors(gl);
    if (image->signalled)
        gl->glWaitSemaphoreEXT(image->gl_semaphores[image->which], 0, NULL, 1, &image->texture, &layout);
    gl->glCopyImageSubData(from, kind, 0, 0, 0, 0, to, kind, 0, 0, 0, 0, image->width, image->height, image->slices);
    if (image->has_semaphores) {
        gl->glSignalSemaphoreEXT(image->gl_semaphores[!image->which], 0, NULL, 1, &image->texture, &layout);
        gl->glFlush();
        // Vulkan may wait only for what is on its way. Drivers that hand commands to a thread of their own flush there,
        // too, at some time; they answer questions when all before has been done.
        gl->glGetIntegerv(GL_TEXTURE_BINDING_2D, &answer);
        gl_image_note_turn(image);
    } else {
        gl->glFinish();
    }
    if (!image->checked)
        image->checked = !has_errors(gl);
    gl_context_leave(gl, &before);
    return image->checked ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
}

enum artem_result gl_image_fill(struct gl_image *image, struct vk_target *target, uint32_t texture)
{
    return copy(image, target, texture, image->texture);
}

enum artem_result gl_image_give(struct gl_image *image, struct vk_target *target, uint32_t texture)
{
    return copy(image, target, image->texture, texture);
}
