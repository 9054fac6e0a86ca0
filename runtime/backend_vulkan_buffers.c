// SPDX-License-Identifier: Apache-2.0
// The backend's memory: a handful of buffers that only grow.
#include "backend_vulkan.h"

enum { ALIGNMENT = 256 }; // of ranges in a buffer: no device asks for more

static VkDeviceSize align(VkDeviceSize size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

VkDeviceSize vulkan_picture_bytes(const struct vulkan_view *view)
{
    return (VkDeviceSize)view->qw * view->qh * 64;
}

VkDeviceSize vulkan_painted_offset(const struct vulkan_view *view)
{
    return view->offset + align(vulkan_picture_bytes(view));
}

enum artem_result vulkan_create_buffers(struct vulkan_backend *vulkan)
{
    const struct {
        struct vk_buffer *buffer;
        VkDeviceSize words;
        enum vk_place place;
    } list[] = {
        {&vulkan->model, NET_MODEL_WORDS, VK_PLACE_DEVICE},
        {&vulkan->upload, NET_MODEL_WORDS, VK_PLACE_HOST},
        {&vulkan->state, NET_STATE_WORDS, VK_PLACE_DEVICE},
        {&vulkan->frame_data, NET_FRAME_WORDS, VK_PLACE_TOLD},
        {&vulkan->arguments, NET_ARGS_WORDS, VK_PLACE_DEVICE},
        {&vulkan->decisions, NET_STATE_WORDS - NET_EXACT, VK_PLACE_HOST},
    };
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, NET_BINDINGS * (ARTEM_MAX_VIEWS + 1)};
    const VkDescriptorPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = ARTEM_MAX_VIEWS + 1,
        .poolSizeCount = 1,
        .pPoolSizes = &size,
    };
    VkDescriptorSetAllocateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorSetCount = 1,
        .pSetLayouts = &vulkan->layout.set,
    };
    const struct vulkan_device *d = vulkan->device;
    enum artem_result result = ARTEM_OK;

    for (size_t i = 0; i < sizeof list / sizeof list[0] && result == ARTEM_OK; i++)
        result = vk_buffer_create(d, list[i].words * sizeof(uint32_t), list[i].place, list[i].buffer);
    if (result != ARTEM_OK)
        return result;
    if (d->vkCreateDescriptorPool(d->handle, &pool_info, NULL, &vulkan->set_pool) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    set_info.descriptorPool = vulkan->set_pool;
    for (int v = 0; v < ARTEM_MAX_VIEWS; v++)
        if (d->vkAllocateDescriptorSets(d->handle, &set_info, &vulkan->sets[v]) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    return d->vkAllocateDescriptorSets(d->handle, &set_info, &vulkan->decide_set) == VK_SUCCESS ? ARTEM_OK
                                                                                                : ARTEM_ERROR_DEVICE;
}

enum { BUFFERS = 10 };

static void list_buffers(struct vulkan_backend *vulkan, struct vk_buffer *list[BUFFERS])
{
    struct vk_buffer *all[BUFFERS] = {&vulkan->model,      &vulkan->upload,    &vulkan->arena,    &vulkan->state,
                                      &vulkan->frame_data, &vulkan->decisions, &vulkan->pictures, &vulkan->staging,
                                      &vulkan->step_data,  &vulkan->arguments};

    for (int i = 0; i < BUFFERS; i++)
        list[i] = all[i];
}

void vulkan_destroy_buffers(struct vulkan_backend *vulkan)
{
    struct vk_buffer *list[BUFFERS];

    list_buffers(vulkan, list);
    for (int i = 0; i < BUFFERS; i++)
        vk_buffer_destroy(vulkan->device, list[i]);
    vulkan->device->vkDestroyDescriptorPool(vulkan->device->handle, vulkan->set_pool, NULL);
}

size_t vulkan_memory_bytes(const struct vulkan_backend *vulkan)
{
    return vulkan->model.size + vulkan->upload.size + vulkan->arena.size + vulkan->state.size +
           vulkan->frame_data.size + vulkan->decisions.size + vulkan->pictures.size + vulkan->staging.size +
           vulkan->step_data.size + vulkan->arguments.size;
}

enum artem_result vulkan_plan_shape(const struct vulkan_backend *vulkan, const struct artem_engine_frame *frame,
                                    struct vulkan_shape *out_shape)
{
    struct vulkan_shape shape = {.views = frame->views};

    for (uint32_t v = 0; v < frame->views; v++) {
        const struct artem_engine_view *from = &frame->view[v];
        struct vulkan_view *view = &shape.view[v];
        const uint32_t cells = (from->width / 4) * (from->height / 4), group = NET_TILE * NET_CELLS_EACH,
                       groups = (cells + group - 1) / group;

        view->qw = from->width / 4;
        view->qh = from->height / 4;
        view->first = shape.cells;
        view->in = from->in_buffer;
        view->out = from->out_buffer;
        view->in_serial = from->in_serial;
        view->out_serial = from->out_serial;
        if (view->in == 0) {
            view->offset = shape.picture_bytes;
            shape.picture_bytes += 2 * align(vulkan_picture_bytes(view));
        }
        shape.cells += cells;
        shape.groups = groups > shape.groups ? groups : shape.groups;
    }
    shape.plane = (shape.cells + NET_TILE - 1) / NET_TILE * NET_TILE;
    if ((VkDeviceSize)shape.plane * NET_PLANES * sizeof(uint32_t) > vulkan->device->max_buffer_range)
        return ARTEM_ERROR_UNSUPPORTED;
    *out_shape = shape;
    return ARTEM_OK;
}

bool vulkan_same_shape(const struct vulkan_shape *a, const struct vulkan_shape *b)
{
    bool same = a->views == b->views;

    for (uint32_t v = 0; v < a->views && same; v++) {
        const struct vulkan_view *x = &a->view[v], *y = &b->view[v];
        same = x->qw == y->qw && x->qh == y->qh && x->in == y->in && x->out == y->out && x->in_serial == y->in_serial &&
               x->out_serial == y->out_serial;
    }
    return same;
}

static VkBuffer to_buffer(uint64_t handle)
{
    return (VkBuffer)(uintptr_t)handle; // NOLINT(performance-no-int-to-ptr): Vulkan's handles are numbers
}

static void write_sets(struct vulkan_backend *vulkan, const struct vulkan_shape *shape)
{
    const VkDeviceSize planes = (VkDeviceSize)shape->plane * NET_PLANES * sizeof(uint32_t);

    for (uint32_t v = 0; v < shape->views; v++) {
        const struct vulkan_view *view = &shape->view[v];
        const VkDeviceSize bytes = vulkan_picture_bytes(view);
        const bool own = view->in == 0;
        VkDescriptorBufferInfo buffers[NET_BINDINGS] = {
            [NET_BIND_MODEL] = {vulkan->model.handle, 0, VK_WHOLE_SIZE},
            [NET_BIND_ARENA] = {vulkan->arena.handle, 0, planes},
            [NET_BIND_STATE] = {vulkan->state.handle, 0, VK_WHOLE_SIZE},
            [NET_BIND_FRAME] = {vulkan->frame_data.handle, 0, VK_WHOLE_SIZE},
            [NET_BIND_IN] = {own ? vulkan->pictures.handle : to_buffer(view->in), view->offset, bytes},
            [NET_BIND_OUT] = {own ? vulkan->pictures.handle : to_buffer(view->out),
                              own ? vulkan_painted_offset(view) : 0, bytes},
            [NET_BIND_MAPS] = {vulkan->arena.handle, vulkan->maps_offset,
                               (VkDeviceSize)shape->plane * 2 * ARTEM_CHANNELS / 8},
            [NET_BIND_WEIGHTS] = {vulkan->model.handle, NET_UNIT_WEIGHTS,
                                  (VkDeviceSize)NET_UNITS * NET_CHANNELS * 36 * sizeof(uint32_t)},
        };
        vk_set_write(vulkan->device, &vulkan->layout, vulkan->sets[v], buffers);
        if (v > 0)
            continue;
        buffers[NET_BIND_OUT] = (VkDescriptorBufferInfo){vulkan->arguments.handle, 0, VK_WHOLE_SIZE};
        vk_set_write(vulkan->device, &vulkan->layout, vulkan->decide_set, buffers);
    }
}

enum artem_result vulkan_place_shape(struct vulkan_backend *vulkan, const struct vulkan_shape *shape)
{
    const struct vulkan_device *d = vulkan->device;
    const VkDeviceSize planes = align((VkDeviceSize)shape->plane * NET_PLANES * sizeof(uint32_t));
    const VkDeviceSize maps = (VkDeviceSize)shape->plane * 2 * ARTEM_CHANNELS / 8;
    enum artem_result result = vk_buffer_grow(d, planes + maps, VK_PLACE_DEVICE, &vulkan->arena);

    vulkan->maps_offset = planes;
    if (result == ARTEM_OK && shape->picture_bytes > 0)
        result = vk_buffer_grow(d, shape->picture_bytes, VK_PLACE_DEVICE, &vulkan->pictures);
    if (result == ARTEM_OK && shape->picture_bytes > 0)
        result = vk_buffer_grow(d, shape->picture_bytes, VK_PLACE_HOST, &vulkan->staging);
    if (result == ARTEM_OK)
        write_sets(vulkan, shape);
    return result;
}
