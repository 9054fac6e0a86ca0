// SPDX-License-Identifier: Apache-2.0
// The layer's source, with this program as loader, runtime and Vulkan library. The built layer is the first argument.
#include <dlfcn.h>
static void *fake_dlopen(const char *path, int mode);
static void *fake_dlsym(void *library, const char *name);
static int fake_dlclose(void *library);
#define dlopen fake_dlopen
#define dlsym fake_dlsym
#define dlclose fake_dlclose
#include "vulkan_extensions_layer.c"
#undef dlopen
#undef dlsym
#undef dlclose

#include <pthread.h>
#include <stdatomic.h>
#include "test.h"

#define RUNTIME_LIST "VK_KHR_first VK_ARTEM_bogus VK_KHR_second VK_KHR_fir VK_KHR_first_2"
#define FILTERED_LIST "VK_KHR_first VK_KHR_second"

enum { DEVICES = 2 };

// The Vulkan library: each device has one of the extensions.

enum vulkan_fault {
    NO_FAULT,
    NO_LIBRARY,
    NO_ENTRY,
    NO_CREATE,
    CREATE_FAILS,
    NO_FUNCTIONS,
    DEVICES_FAIL,
    NO_DEVICES,
    NAMES_FAIL,
    LAST_NAMES_FAIL,
    VULKAN_FAULTS,
};

static enum vulkan_fault vulkan_fault;
static int libraries_opened, libraries_closed, vulkans_made, vulkans_destroyed;
static char fake_library, fake_vulkan, fake_devices[DEVICES];

static VKAPI_ATTR VkResult VKAPI_CALL fake_create_vulkan(const VkInstanceCreateInfo *info,
                                                         const VkAllocationCallbacks *allocator, VkInstance *vulkan)
{
    CHECK_INT(info->sType, VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    CHECK(allocator == NULL);
    if (vulkan_fault == CREATE_FAILS)
        return VK_ERROR_INCOMPATIBLE_DRIVER;
    vulkans_made++;
    *vulkan = (VkInstance)&fake_vulkan;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL fake_destroy_vulkan(VkInstance vulkan, const VkAllocationCallbacks *allocator)
{
    CHECK(vulkan == (VkInstance)&fake_vulkan && allocator == NULL);
    vulkans_destroyed++;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_enumerate_devices(VkInstance vulkan, uint32_t *count,
                                                             VkPhysicalDevice *devices)
{
    CHECK(vulkan == (VkInstance)&fake_vulkan);
    if (vulkan_fault == DEVICES_FAIL)
        return VK_ERROR_INITIALIZATION_FAILED;
    if (devices != NULL) {
        CHECK_INT(*count, DEVICES);
        for (uint32_t i = 0; i < DEVICES; i++)
            devices[i] = (VkPhysicalDevice)&fake_devices[i];
    }
    *count = vulkan_fault == NO_DEVICES ? 0 : DEVICES;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL fake_enumerate_names(VkPhysicalDevice device, const char *vulkan_layer,
                                                           uint32_t *count, VkExtensionProperties *properties)
{
    bool last = device == (VkPhysicalDevice)&fake_devices[DEVICES - 1];

    CHECK(vulkan_layer == NULL);
    if (vulkan_fault == NAMES_FAIL || (vulkan_fault == LAST_NAMES_FAIL && last && properties != NULL))
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    if (properties != NULL) {
        CHECK_INT(*count, 1);
        strcpy(properties->extensionName, last ? "VK_KHR_second" : "VK_KHR_first");
    }
    *count = 1;
    return VK_SUCCESS;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL fake_vulkan_proc_addr(VkInstance vulkan, const char *name)
{
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
    } functions[] = {
        {"vkDestroyInstance", (PFN_vkVoidFunction)fake_destroy_vulkan},
        {"vkEnumeratePhysicalDevices", (PFN_vkVoidFunction)fake_enumerate_devices},
        {"vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)fake_enumerate_names},
    };

    if (vulkan == NULL && strcmp(name, "vkCreateInstance") == 0 && vulkan_fault != NO_CREATE)
        return (PFN_vkVoidFunction)fake_create_vulkan;
    for (size_t i = 0; vulkan != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(name, functions[i].name) == 0 && (i == 0 || vulkan_fault != NO_FUNCTIONS))
            return functions[i].function;
    }
    return NULL;
}

static void *fake_dlopen(const char *path, int mode)
{
    CHECK_STR(path, "libvulkan.so.1");
    CHECK((mode & RTLD_GLOBAL) == 0);
    if (vulkan_fault == NO_LIBRARY)
        return NULL;
    libraries_opened++;
    return &fake_library;
}

static void *fake_dlsym(void *library, const char *name)
{
    CHECK(library == &fake_library);
    CHECK_STR(name, "vkGetInstanceProcAddr");
    return vulkan_fault == NO_ENTRY ? NULL : (void *)fake_vulkan_proc_addr;
}

static int fake_dlclose(void *library)
{
    CHECK(library == &fake_library);
    CHECK_INT(vulkans_destroyed, vulkans_made);
    libraries_closed++;
    return 0;
}

// The runtime.

static const XrInstance fake_instance = (XrInstance)(uintptr_t)0x1000;
static const XrSystemId fake_system = 7;
static const char *runtime_list = RUNTIME_LIST;
static XrResult runtime_create_result, runtime_list_result;
static bool runtime_has_vulkan = true;

static XRAPI_ATTR XrResult XRAPI_CALL runtime_get_extensions(XrInstance instance, XrSystemId system, uint32_t capacity,
                                                             uint32_t *count, char *buffer)
{
    uint32_t size = (uint32_t)strlen(runtime_list) + 1;

    if (instance != fake_instance)
        return XR_ERROR_HANDLE_INVALID;
    if (system != fake_system)
        return XR_ERROR_SYSTEM_INVALID;
    if (count == NULL || (capacity > 0 && buffer == NULL))
        return XR_ERROR_VALIDATION_FAILURE;
    *count = size;
    if (capacity == 0)
        return XR_SUCCESS;
    if (runtime_list_result != XR_SUCCESS)
        return runtime_list_result;
    if (capacity < size)
        return XR_ERROR_SIZE_INSUFFICIENT;
    memcpy(buffer, runtime_list, size);
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL runtime_destroy_instance(XrInstance instance)
{
    return instance == fake_instance ? XR_SUCCESS : XR_ERROR_HANDLE_INVALID;
}

static XRAPI_ATTR XrResult XRAPI_CALL runtime_other(void)
{
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL runtime_proc_addr(XrInstance instance, const char *name,
                                                        PFN_xrVoidFunction *function)
{
    static const struct {
        const char *name;
        PFN_xrVoidFunction function;
    } functions[] = {
        {"xrGetInstanceProcAddr", (PFN_xrVoidFunction)runtime_proc_addr},
        {"xrDestroyInstance", (PFN_xrVoidFunction)runtime_destroy_instance},
        {"xrCreateSession", (PFN_xrVoidFunction)runtime_other},
        {"xrGetVulkanInstanceExtensionsKHR", (PFN_xrVoidFunction)runtime_other},
        {"xrGetVulkanDeviceExtensionsKHR", (PFN_xrVoidFunction)runtime_get_extensions}, // the last one
    };
    size_t count = sizeof functions / sizeof functions[0] - (runtime_has_vulkan ? 0 : 1);

    *function = NULL;
    if (instance != fake_instance)
        return XR_ERROR_HANDLE_INVALID;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, functions[i].name) == 0) {
            *function = functions[i].function;
            return XR_SUCCESS;
        }
    }
    return XR_ERROR_FUNCTION_UNSUPPORTED;
}

static struct api_layer_next_info next_below;
static struct api_layer_next_info next_info = {
    .struct_type = LOADER_STRUCT_API_LAYER_NEXT_INFO,
    .struct_version = LOADER_STRUCT_VERSION,
    .struct_size = sizeof next_info,
    .next_get_instance_proc_addr = runtime_proc_addr,
    .next = &next_below,
};

static XRAPI_ATTR XrResult XRAPI_CALL runtime_create_instance(const XrInstanceCreateInfo *info,
                                                              const struct api_layer_create_info *layer_info,
                                                              XrInstance *instance)
{
    CHECK_INT(info->type, XR_TYPE_INSTANCE_CREATE_INFO);
    CHECK(layer_info->next_info == &next_below);
    if (runtime_create_result == XR_SUCCESS)
        *instance = fake_instance;
    return runtime_create_result;
}

// The loader.

typedef XrResult(XRAPI_PTR *pfn_negotiate)(const struct loader_info *, const char *, struct api_layer_request *);

static struct api_layer_request negotiate_with(pfn_negotiate negotiate)
{
    const struct loader_info info = {
        .struct_type = LOADER_STRUCT_LOADER_INFO,
        .struct_version = LOADER_STRUCT_VERSION,
        .struct_size = sizeof info,
        .min_interface_version = 1,
        .max_interface_version = 1,
        .min_api_version = XR_MAKE_VERSION(1, 0, 0),
        .max_api_version = XR_MAKE_VERSION(1, 0x3ff, 0xfff),
    };
    struct api_layer_request request = {
        .struct_type = LOADER_STRUCT_API_LAYER_REQUEST,
        .struct_version = LOADER_STRUCT_VERSION,
        .struct_size = sizeof request,
    };

    CHECK_INT(negotiate(&info, "XR_APILAYER_ARTEM_TEST_vulkan_extensions", &request), XR_SUCCESS);
    CHECK_INT(request.layer_interface_version, 1);
    CHECK(request.get_instance_proc_addr != NULL && request.create_api_layer_instance != NULL);
    return request;
}

static struct api_layer_request own; // as negotiated with the source above

static XrResult make_instance(void)
{
    const XrInstanceCreateInfo info = {.type = XR_TYPE_INSTANCE_CREATE_INFO};
    const struct api_layer_create_info layer_info = {
        .struct_type = LOADER_STRUCT_API_LAYER_CREATE_INFO,
        .struct_version = LOADER_STRUCT_VERSION,
        .struct_size = sizeof layer_info,
        .next_info = &next_info,
    };
    XrInstance instance = XR_NULL_HANDLE;
    XrResult result;

    next_info.next_create_api_layer_instance = runtime_create_instance;
    result = own.create_api_layer_instance(&info, &layer_info, &instance);
    CHECK(XR_FAILED(result) || instance == fake_instance);
    return result;
}

static PFN_xrVoidFunction get(const char *name)
{
    PFN_xrVoidFunction function = NULL;

    CHECK_INT(own.get_instance_proc_addr(fake_instance, name, &function), XR_SUCCESS);
    CHECK(function != NULL);
    return function;
}

static PFN_xrVoidFunction get_from_runtime(const char *name)
{
    PFN_xrVoidFunction function = NULL;

    CHECK_INT(runtime_proc_addr(fake_instance, name, &function), XR_SUCCESS);
    return function;
}

static void destroy(void)
{
    PFN_xrDestroyInstance function = (PFN_xrDestroyInstance)get("xrDestroyInstance");

    CHECK_INT(function((XrInstance)(uintptr_t)0x5000), XR_ERROR_HANDLE_INVALID);
    CHECK_INT(function(fake_instance), XR_SUCCESS);
    CHECK(layer.offered == NULL);
    CHECK_INT(libraries_closed, libraries_opened);
    CHECK_INT(vulkans_destroyed, vulkans_made);
}

static void check_list(const char *expected)
{
    PFN_xrGetVulkanDeviceExtensionsKHR function =
        (PFN_xrGetVulkanDeviceExtensionsKHR)get("xrGetVulkanDeviceExtensionsKHR");
    uint32_t size = (uint32_t)strlen(expected) + 1, count;
    const uint32_t capacities[] = {1, size - 1, size, size + 1, 200};
    char buffer[200];

    count = 0;
    CHECK_INT(function(fake_instance, fake_system, 0, &count, NULL), XR_SUCCESS);
    CHECK_INT(count, size);
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        if (capacities[i] == 0)
            continue;
        memset(buffer, '#', sizeof buffer);
        count = 0;
        if (capacities[i] < size) {
            CHECK_INT(function(fake_instance, fake_system, capacities[i], &count, buffer), XR_ERROR_SIZE_INSUFFICIENT);
            CHECK(buffer[0] == '#');
        } else {
            CHECK_INT(function(fake_instance, fake_system, capacities[i], &count, buffer), XR_SUCCESS);
            CHECK(memcmp(buffer, expected, size) == 0);
        }
        CHECK_INT(count, size);
        CHECK(capacities[i] == sizeof buffer || buffer[capacities[i]] == '#'); // nothing beyond
    }

    CHECK_INT(function(fake_instance, fake_system, 0, NULL, NULL), XR_ERROR_VALIDATION_FAILURE);
    CHECK_INT(function(fake_instance, fake_system, sizeof buffer, &count, NULL), XR_ERROR_VALIDATION_FAILURE);
    CHECK_INT(function(fake_instance, 8, 0, &count, NULL), XR_ERROR_SYSTEM_INVALID);
    CHECK_INT(function(XR_NULL_HANDLE, fake_system, 0, &count, NULL), XR_ERROR_HANDLE_INVALID);
}

static void test_lists(void)
{
    static const struct {
        const char *runtime, *expected;
    } lists[] = {
        {RUNTIME_LIST, FILTERED_LIST},
        {FILTERED_LIST, FILTERED_LIST},
        {"VK_KHR_second", "VK_KHR_second"},
        {"VK_KHR_second VK_ARTEM_bogus ", "VK_KHR_second"},
        {"  VK_KHR_second  VK_ARTEM_bogus VK_KHR_first", "VK_KHR_second VK_KHR_first"},
        {"VK_ARTEM_bogus VK_ARTEM_other", ""},
        {"", ""},
    };

    CHECK_INT(make_instance(), XR_SUCCESS);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        runtime_list = lists[i].runtime;
        check_list(lists[i].expected);
    }
    runtime_list = RUNTIME_LIST;
    CHECK_INT(vulkans_made, 1); // asked once
    destroy();
}

static void test_runtime_errors(void)
{
    PFN_xrGetVulkanDeviceExtensionsKHR function;
    uint32_t count;
    char buffer[200];

    runtime_create_result = XR_ERROR_RUNTIME_FAILURE;
    CHECK_INT(make_instance(), XR_ERROR_RUNTIME_FAILURE);
    runtime_create_result = XR_SUCCESS;

    CHECK_INT(make_instance(), XR_SUCCESS);
    function = (PFN_xrGetVulkanDeviceExtensionsKHR)get("xrGetVulkanDeviceExtensionsKHR");
    runtime_list_result = XR_ERROR_INSTANCE_LOST;
    CHECK_INT(function(fake_instance, fake_system, sizeof buffer, &count, buffer), XR_ERROR_INSTANCE_LOST);
    runtime_list_result = XR_SUCCESS;
    destroy();
}

static void test_vulkan_faults(void)
{
    for (vulkan_fault = NO_FAULT + 1; vulkan_fault < VULKAN_FAULTS; vulkan_fault++) {
        CHECK_INT(make_instance(), XR_SUCCESS);
        check_list(RUNTIME_LIST);
        destroy();
    }
    vulkan_fault = NO_FAULT;
    CHECK_INT(make_instance(), XR_SUCCESS);
    check_list(FILTERED_LIST);
    destroy();
}

static void test_pass_through(void)
{
    PFN_xrVoidFunction function;
    int made = vulkans_made;

    CHECK_INT(make_instance(), XR_SUCCESS);
    CHECK(get("xrCreateSession") == get_from_runtime("xrCreateSession"));
    CHECK(get("xrGetVulkanInstanceExtensionsKHR") == get_from_runtime("xrGetVulkanInstanceExtensionsKHR"));
    CHECK(get("xrGetInstanceProcAddr") == (PFN_xrVoidFunction)own.get_instance_proc_addr);
    CHECK_INT(own.get_instance_proc_addr(fake_instance, "xrNowhere", &function), XR_ERROR_FUNCTION_UNSUPPORTED);
    CHECK(function == NULL);
    CHECK_INT(own.get_instance_proc_addr(XR_NULL_HANDLE, "xrDestroyInstance", &function), XR_ERROR_HANDLE_INVALID);
    destroy();
    CHECK_INT(vulkans_made, made + 1);

    // An app that does not use the extension: Vulkan is left alone.
    runtime_has_vulkan = false;
    CHECK_INT(make_instance(), XR_SUCCESS);
    CHECK_INT(own.get_instance_proc_addr(fake_instance, "xrGetVulkanDeviceExtensionsKHR", &function),
              XR_ERROR_FUNCTION_UNSUPPORTED);
    CHECK(get("xrDestroyInstance") == get_from_runtime("xrDestroyInstance"));
    destroy();
    CHECK_INT(vulkans_made, made + 1);
    runtime_has_vulkan = true;
}

static atomic_int wrong_answers;

static void *ask_often(void *function)
{
    PFN_xrGetVulkanDeviceExtensionsKHR get_extensions = *(PFN_xrGetVulkanDeviceExtensionsKHR *)function;

    for (int i = 0; i < 1000; i++) {
        char buffer[sizeof FILTERED_LIST];
        uint32_t count = 0;

        if (get_extensions(fake_instance, fake_system, sizeof buffer, &count, buffer) != XR_SUCCESS ||
            count != sizeof buffer || strcmp(buffer, FILTERED_LIST) != 0)
            atomic_fetch_add(&wrong_answers, 1);
    }
    return NULL;
}

static void test_threads(void)
{
    PFN_xrGetVulkanDeviceExtensionsKHR function;
    pthread_t threads[4];
    int started = 0;

    CHECK_INT(make_instance(), XR_SUCCESS);
    function = (PFN_xrGetVulkanDeviceExtensionsKHR)get("xrGetVulkanDeviceExtensionsKHR");
    while (started < 4 && pthread_create(&threads[started], NULL, ask_often, &function) == 0)
        started++;
    CHECK_INT(started, 4);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(atomic_load(&wrong_answers), 0);
    destroy();
}

static void test_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    CHECK(library != NULL);
    if (library == NULL)
        return;
    negotiate_with((pfn_negotiate)dlsym(library, "xrNegotiateLoaderApiLayerInterface"));
    CHECK_INT(dlclose(library), 0);
}

int main(int argc, char **argv)
{
    CHECK_INT(argc, 2);
    own = negotiate_with(xrNegotiateLoaderApiLayerInterface);
    test_lists();
    test_runtime_errors();
    test_vulkan_faults();
    test_pass_through();
    test_threads();
    if (argc == 2)
        test_library(argv[1]);
    return test_result();
}
