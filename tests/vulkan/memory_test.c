// SPDX-License-Identifier: Apache-2.0
// Which of a device's memories a buffer gets, with a driver that is made up: the graphics card that no test machine
// has.
#include "artem_vk/memory.h"
#include "test.h"

enum {
    LOCAL = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
    VISIBLE = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
    CACHED = VISIBLE | VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
};

// A card's types in a usual order, and those of a processor with graphics.
enum { CARD_LOCAL, CARD_HOST, CARD_CACHED, CARD_WINDOW, CARD_TYPES };
static const VkMemoryPropertyFlags card[] = {LOCAL, VISIBLE, CACHED, LOCAL | VISIBLE};
enum { SHARED_ALL, SHARED_TYPES };
static const VkMemoryPropertyFlags shared[] = {LOCAL | CACHED};

static uint32_t allowed, full; // types of the buffer; those without room
static uint32_t last_type;
static int alive, buffers, mapped;
static int made_up;
#define the_buffer ((VkBuffer)&made_up)
#define the_memory ((VkDeviceMemory)&made_up)

static VKAPI_ATTR VkResult VKAPI_CALL create(VkDevice device, const VkBufferCreateInfo *info,
                                             const VkAllocationCallbacks *allocator, VkBuffer *out_buffer)
{
    (void)device, (void)info, (void)allocator;
    buffers++;
    *out_buffer = the_buffer;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy(VkDevice device, VkBuffer buffer, const VkAllocationCallbacks *allocator)
{
    (void)device, (void)allocator;
    buffers -= buffer == the_buffer;
}

static VKAPI_ATTR void VKAPI_CALL get_requirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements *out)
{
    (void)device, (void)buffer;
    *out = (VkMemoryRequirements){.size = 1024, .alignment = 256, .memoryTypeBits = allowed};
}

static VKAPI_ATTR VkResult VKAPI_CALL allocate(VkDevice device, const VkMemoryAllocateInfo *info,
                                               const VkAllocationCallbacks *allocator, VkDeviceMemory *out_memory)
{
    (void)device, (void)allocator;
    CHECK_INT(info->allocationSize, 1024);
    CHECK(allowed >> info->memoryTypeIndex & 1);
    if (full >> info->memoryTypeIndex & 1)
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    last_type = info->memoryTypeIndex;
    alive++;
    *out_memory = the_memory;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL release(VkDevice device, VkDeviceMemory memory,
                                          const VkAllocationCallbacks *allocator)
{
    (void)device, (void)allocator;
    alive -= memory == the_memory;
}

static VKAPI_ATTR VkResult VKAPI_CALL bind(VkDevice device, VkBuffer buffer, VkDeviceMemory memory, VkDeviceSize offset)
{
    (void)device;
    CHECK(buffer == the_buffer && memory == the_memory && offset == 0);
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL map(VkDevice device, VkDeviceMemory memory, VkDeviceSize offset,
                                          VkDeviceSize size, VkMemoryMapFlags flags, void **out_data)
{
    (void)device, (void)memory, (void)offset, (void)size, (void)flags;
    mapped++;
    *out_data = &made_up;
    return VK_SUCCESS;
}

static struct vulkan_device make_device(const VkMemoryPropertyFlags *types, uint32_t count)
{
    struct vulkan_device device = {
        .vkCreateBuffer = create,
        .vkDestroyBuffer = destroy,
        .vkGetBufferMemoryRequirements = get_requirements,
        .vkAllocateMemory = allocate,
        .vkFreeMemory = release,
        .vkBindBufferMemory = bind,
        .vkMapMemory = map,
    };

    device.memory.memoryTypeCount = count;
    for (uint32_t i = 0; i < count; i++)
        device.memory.memoryTypes[i].propertyFlags = types[i];
    allowed = (1u << count) - 1;
    full = 0;
    return device;
}

static void expect(const struct vulkan_device *device, enum vk_place place, uint32_t type)
{
    struct vk_buffer buffer;
    const int mapped_before = mapped;

    last_type = UINT32_MAX;
    CHECK_INT(vk_buffer_create(device, 1000, place, &buffer), ARTEM_OK);
    CHECK_INT(last_type, type);
    CHECK_INT(mapped - mapped_before, place == VK_PLACE_HOST || place == VK_PLACE_TOLD);
    CHECK((buffer.data != NULL) == (mapped > mapped_before));
    CHECK(buffer.size == 1000 && alive == 1 && buffers == 1);
    vk_buffer_destroy(device, &buffer);
    CHECK(buffer.handle == VK_NULL_HANDLE && buffer.data == NULL);
}

static void expect_none(const struct vulkan_device *device, enum vk_place place, enum artem_result result)
{
    struct vk_buffer buffer;

    CHECK_INT(vk_buffer_create(device, 1000, place, &buffer), result);
    CHECK(buffer.handle == VK_NULL_HANDLE && buffer.memory == VK_NULL_HANDLE && alive == 0 && buffers == 0);
}

static void test_card(void)
{
    struct vulkan_device device = make_device(card, CARD_TYPES);

    expect(&device, VK_PLACE_DEVICE, CARD_LOCAL);
    expect(&device, VK_PLACE_SHARED, CARD_LOCAL); // a device that shares nothing
    expect(&device, VK_PLACE_HOST, CARD_CACHED);
    expect(&device, VK_PLACE_TOLD, CARD_WINDOW);
    full = 1u << CARD_WINDOW;
    expect(&device, VK_PLACE_TOLD, CARD_HOST);
    full |= 1u << CARD_HOST | 1u << CARD_CACHED;
    expect_none(&device, VK_PLACE_TOLD, ARTEM_ERROR_MEMORY);
    expect_none(&device, VK_PLACE_HOST, ARTEM_ERROR_MEMORY);
    full = 0;
    // Without a window into its memory, and without memory that the processor caches.
    device.memory.memoryTypeCount = CARD_WINDOW;
    expect(&device, VK_PLACE_TOLD, CARD_HOST);
    device.memory.memoryTypeCount = CARD_CACHED;
    expect(&device, VK_PLACE_HOST, CARD_HOST);
    expect(&device, VK_PLACE_TOLD, CARD_HOST);
    allowed = 1u << CARD_LOCAL; // no driver does this to a buffer
    expect_none(&device, VK_PLACE_TOLD, ARTEM_ERROR_UNSUPPORTED);
}

static void test_shared(void)
{
    const struct vulkan_device device = make_device(shared, SHARED_TYPES);

    for (int place = VK_PLACE_DEVICE; place <= VK_PLACE_SHARED; place++)
        expect(&device, (enum vk_place)place, SHARED_ALL);
    full = 1u << SHARED_ALL;
    for (int place = VK_PLACE_DEVICE; place <= VK_PLACE_SHARED; place++)
        expect_none(&device, (enum vk_place)place, ARTEM_ERROR_MEMORY);
}

// Types that need features which nobody has enabled are not taken, wherever they stand.
static void test_foreign(void)
{
    static const VkMemoryPropertyFlags foreign[] = {VK_MEMORY_PROPERTY_PROTECTED_BIT,
                                                    VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD,
                                                    VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD};

    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        VkMemoryPropertyFlags types[2 * SHARED_TYPES];
        for (uint32_t t = 0; t < SHARED_TYPES; t++) {
            types[t] = shared[t] | foreign[i];
            types[SHARED_TYPES + t] = shared[t];
        }
        const struct vulkan_device device = make_device(types, 2 * SHARED_TYPES);
        for (int place = VK_PLACE_DEVICE; place <= VK_PLACE_SHARED; place++)
            expect(&device, (enum vk_place)place, SHARED_TYPES + SHARED_ALL);
    }
}

int main(void)
{
    test_card();
    test_foreign();
    test_shared();
    return test_result();
}
