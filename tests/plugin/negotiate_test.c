// SPDX-License-Identifier: Apache-2.0
// The loader's door, with this program as loader and runtime: negotiation, xrGetInstanceProcAddr, instances made again
// and again, and the layer loaded twice. The library is the first argument.
#include "layer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/log.h"
#include "measure.h"
#include "test.h"

typedef XrResult(XRAPI_PTR *pfn_negotiate)(const struct loader_info *, const char *, struct api_layer_request *);

static char things[3]; // their addresses serve as handles
static const XrInstance fake_instance = (XrInstance)&things[0];
static const XrSession fake_session = (XrSession)&things[1], unknown_session = (XrSession)&things[2];
static int sessions_made, sessions_destroyed, instances_destroyed, frames_ended;

// The runtime: a few functions that count their calls.

static XRAPI_ATTR void XRAPI_CALL fake_rubbish(void)
{
    CHECK(false);
}

static XRAPI_ATTR XrResult XRAPI_CALL fake_destroy_instance(XrInstance instance)
{
    CHECK(instance == fake_instance);
    instances_destroyed++;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL fake_create_session(XrInstance instance, const XrSessionCreateInfo *info,
                                                          XrSession *session)
{
    (void)info;
    CHECK(instance == fake_instance);
    sessions_made++;
    *session = fake_session;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL fake_destroy_session(XrSession session)
{
    CHECK(session == fake_session);
    sessions_destroyed++;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL fake_end_frame(XrSession session, const XrFrameEndInfo *info)
{
    (void)session;
    frames_ended++;
    return info != NULL ? XR_SUCCESS : XR_ERROR_VALIDATION_FAILURE;
}

static XRAPI_ATTR XrResult XRAPI_CALL fake_get_proc_addr(XrInstance instance, const char *name,
                                                         PFN_xrVoidFunction *function)
{
    static const struct {
        const char *name;
        PFN_xrVoidFunction function;
    } functions[] = {
        {"xrGetInstanceProcAddr", (PFN_xrVoidFunction)fake_get_proc_addr},
        {"xrDestroyInstance", (PFN_xrVoidFunction)fake_destroy_instance},
        {"xrCreateSession", (PFN_xrVoidFunction)fake_create_session},
        {"xrDestroySession", (PFN_xrVoidFunction)fake_destroy_session},
        {"xrEndFrame", (PFN_xrVoidFunction)fake_end_frame},
        {"xrBeginFrame", (PFN_xrVoidFunction)fake_end_frame}, // not hooked by the layer
        {"xrOnlyHere", (PFN_xrVoidFunction)fake_end_frame},
        {"xrWaitSwapchainImage", NULL}, // a success without a function
    };

    *function = NULL;
    if (instance != fake_instance && strcmp(name, "xrGetInstanceProcAddr") != 0)
        return XR_ERROR_HANDLE_INVALID;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(name, functions[i].name) == 0) {
            *function = functions[i].function;
            return XR_SUCCESS;
        }
    }
    *function = fake_rubbish; // careless runtimes leave something there
    return XR_ERROR_FUNCTION_UNSUPPORTED;
}

static XrResult fake_create_result = XR_SUCCESS;

static XRAPI_ATTR XrResult XRAPI_CALL fake_create_instance(const XrInstanceCreateInfo *info,
                                                           const struct api_layer_create_info *layer_info,
                                                           XrInstance *instance)
{
    (void)info;
    CHECK(layer_info->next_info == NULL); // each layer has moved on by one
    *instance = fake_instance;
    return fake_create_result;
}

// The loader.

static struct loader_info good_info(void)
{
    return (struct loader_info){
        .struct_type = LOADER_STRUCT_LOADER_INFO,
        .struct_version = 1,
        .struct_size = sizeof(struct loader_info),
        .min_interface_version = 1,
        .max_interface_version = 1,
        .min_api_version = XR_MAKE_VERSION(1, 0, 0),
        .max_api_version = XR_MAKE_VERSION(1, 0x3ff, 0xfff),
    };
}

static struct api_layer_request good_request(void)
{
    return (struct api_layer_request){
        .struct_type = LOADER_STRUCT_API_LAYER_REQUEST,
        .struct_version = 1,
        .struct_size = sizeof(struct api_layer_request),
    };
}

static struct api_layer_request negotiate(pfn_negotiate function)
{
    struct loader_info info = good_info();
    struct api_layer_request request = good_request();

    CHECK_INT(function(&info, LAYER_NAME, &request), XR_SUCCESS);
    return request;
}

// Makes an instance through a chain of layers, the first nearest the app, as the loader does.
static XrResult create(const struct api_layer_request *layers, unsigned count)
{
    struct api_layer_next_info chain[4];
    struct api_layer_create_info layer_info = {
        .struct_type = LOADER_STRUCT_API_LAYER_CREATE_INFO,
        .struct_version = 1,
        .struct_size = sizeof layer_info,
        .next_info = chain,
    };
    const XrInstanceCreateInfo info = {
        .type = XR_TYPE_INSTANCE_CREATE_INFO,
        .applicationInfo = {.applicationName = "negotiate_test"},
    };
    XrInstance instance = XR_NULL_HANDLE;

    for (unsigned i = 0; i < count; i++) {
        bool last = i + 1 == count;

        chain[i] = (struct api_layer_next_info){
            .struct_type = LOADER_STRUCT_API_LAYER_NEXT_INFO,
            .struct_version = 1,
            .struct_size = sizeof chain[i],
            .layer_name = LAYER_NAME,
            .next_get_instance_proc_addr = last ? fake_get_proc_addr : layers[i + 1].get_instance_proc_addr,
            .next_create_api_layer_instance = last ? fake_create_instance : layers[i + 1].create_api_layer_instance,
            .next = last ? NULL : &chain[i + 1],
        };
    }
    return layers[0].create_api_layer_instance(&info, &layer_info, &instance);
}

static PFN_xrVoidFunction get(const struct api_layer_request *layer, const char *name)
{
    PFN_xrVoidFunction function = fake_rubbish;
    XrResult result = layer->get_instance_proc_addr(fake_instance, name, &function);

    CHECK(XR_SUCCEEDED(result) == (function != NULL));
    return function;
}

static PFN_xrVoidFunction get_fake(const char *name)
{
    PFN_xrVoidFunction function;

    fake_get_proc_addr(fake_instance, name, &function);
    return function;
}

static void destroy(const struct api_layer_request *layer)
{
    int before = instances_destroyed;
    PFN_xrDestroyInstance function = (PFN_xrDestroyInstance)get(layer, "xrDestroyInstance");

    CHECK(function != NULL);
    if (function != NULL)
        CHECK_INT(function(fake_instance), XR_SUCCESS);
    CHECK_INT(instances_destroyed, before + 1);
}

static void test_negotiation(pfn_negotiate function)
{
    struct loader_info info = good_info();
    struct api_layer_request request = good_request();

    CHECK_INT(function(&info, NULL, &request), XR_SUCCESS); // the name may be missing
    CHECK_INT(request.layer_interface_version, 1);
    CHECK(request.layer_api_version >= XR_MAKE_VERSION(1, 0, 0));
    CHECK(request.get_instance_proc_addr != NULL);
    CHECK(request.create_api_layer_instance != NULL);

    // A newer loader: larger structs, newer versions.
    info.struct_version = 7;
    info.struct_size += 64;
    info.max_interface_version = 9;
    info.max_api_version = XR_MAKE_VERSION(3, 0, 0);
    request.struct_version = 7;
    request.struct_size += 64;
    CHECK_INT(function(&info, "XR_APILAYER_other", &request), XR_SUCCESS);
    CHECK_INT(request.layer_interface_version, 1);

    // Nothing to fill in, or not what it says it is.
    info = good_info();
    request = good_request();
    CHECK(XR_FAILED(function(NULL, LAYER_NAME, &request)));
    CHECK(XR_FAILED(function(&info, LAYER_NAME, NULL)));
    CHECK(XR_FAILED(function(NULL, NULL, NULL)));
    request.struct_size = 8;
    CHECK(XR_FAILED(function(&info, LAYER_NAME, &request)));
    CHECK(request.get_instance_proc_addr == NULL);
    request = good_request();
    info.struct_size = 0;
    CHECK(XR_FAILED(function(&info, LAYER_NAME, &request)));
    info = good_info();
    info.min_interface_version = 2;
    info.max_interface_version = 3;
    CHECK(XR_FAILED(function(&info, LAYER_NAME, &request)));
}

static void test_bad_creation(pfn_negotiate function)
{
    struct api_layer_request layer = negotiate(function);
    struct api_layer_next_info next = {.next_get_instance_proc_addr = fake_get_proc_addr};
    struct api_layer_create_info layer_info = {.next_info = NULL};
    XrInstance instance;

    CHECK(XR_FAILED(layer.create_api_layer_instance(NULL, NULL, &instance)));
    CHECK(XR_FAILED(layer.create_api_layer_instance(NULL, &layer_info, &instance)));
    layer_info.next_info = &next;
    CHECK(XR_FAILED(layer.create_api_layer_instance(NULL, &layer_info, &instance)));
    next.next_create_api_layer_instance = fake_create_instance;
    CHECK(XR_FAILED(layer.create_api_layer_instance(NULL, &layer_info, NULL)));
    // Before there is an instance.
    CHECK(get(&layer, "xrEndFrame") == NULL);
    // A failure below is handed on, and leaves the layer ready for another try.
    fake_create_result = XR_ERROR_RUNTIME_UNAVAILABLE;
    CHECK_INT(create(&layer, 1), XR_ERROR_RUNTIME_UNAVAILABLE);
    CHECK(get(&layer, "xrEndFrame") == NULL);
    fake_create_result = XR_SUCCESS;
    // No info at all: nothing of it is needed.
    CHECK_INT(layer.create_api_layer_instance(NULL, &layer_info, &instance), XR_SUCCESS);
    CHECK(get(&layer, "xrEndFrame") != get_fake("xrEndFrame"));
    destroy(&layer);
}

static void test_proc_addr(pfn_negotiate function)
{
    struct api_layer_request layer = negotiate(function);
    PFN_xrVoidFunction got;

    CHECK_INT(create(&layer, 1), XR_SUCCESS);
    // Hooked and there below; not hooked; hooked but not there below; there, but without a function; nowhere.
    CHECK(get(&layer, "xrEndFrame") != NULL && get(&layer, "xrEndFrame") != get_fake("xrEndFrame"));
    CHECK(get(&layer, "xrBeginFrame") == get_fake("xrBeginFrame"));
    CHECK(get(&layer, "xrOnlyHere") == get_fake("xrOnlyHere"));
    CHECK(get(&layer, "xrCreateSwapchain") == NULL);
    CHECK(get(&layer, "xrCreateVulkanInstanceKHR") == NULL);
    CHECK(get(&layer, "xrWaitSwapchainImage") == NULL);
    CHECK(get(&layer, "xrNowhere") == NULL);
    CHECK(get(&layer, "xrCreateInstance") == NULL);
    CHECK(get(&layer, "xrGetInstanceProcAddr") == (PFN_xrVoidFunction)layer.get_instance_proc_addr);
    CHECK_INT(layer.get_instance_proc_addr(fake_instance, "xrEndFrame", NULL), XR_ERROR_VALIDATION_FAILURE);
    CHECK_INT(layer.get_instance_proc_addr(fake_instance, NULL, &got), XR_ERROR_VALIDATION_FAILURE);
    CHECK(got == NULL);
    // Another instance, or none, gets what the chain below gives.
    CHECK_INT(layer.get_instance_proc_addr(XR_NULL_HANDLE, "xrEndFrame", &got), XR_ERROR_HANDLE_INVALID);
    CHECK(got == NULL);
    CHECK_INT(layer.get_instance_proc_addr(XR_NULL_HANDLE, "xrGetInstanceProcAddr", &got), XR_SUCCESS);
    CHECK(got == (PFN_xrVoidFunction)fake_get_proc_addr);
    destroy(&layer);
    CHECK(get(&layer, "xrEndFrame") == get_fake("xrEndFrame"));
}

// A session without Vulkan: all is forwarded, bad arguments too.
static void use_session(const struct api_layer_request *top)
{
    PFN_xrCreateSession create_session = (PFN_xrCreateSession)get(top, "xrCreateSession");
    PFN_xrDestroySession destroy_session = (PFN_xrDestroySession)get(top, "xrDestroySession");
    PFN_xrEndFrame end_frame = (PFN_xrEndFrame)get(top, "xrEndFrame");
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .systemId = 1};
    const XrFrameEndInfo frame = {.type = XR_TYPE_FRAME_END_INFO};
    int made = sessions_made, destroyed = sessions_destroyed, frames = frames_ended;
    XrSession session = XR_NULL_HANDLE;

    CHECK_INT(create_session(fake_instance, &info, &session), XR_SUCCESS);
    CHECK(session == fake_session);
    CHECK_INT(end_frame(session, &frame), XR_SUCCESS);
    CHECK_INT(end_frame(session, NULL), XR_ERROR_VALIDATION_FAILURE);
    CHECK_INT(end_frame(unknown_session, &frame), XR_SUCCESS);
    CHECK_INT(destroy_session(session), XR_SUCCESS);
    CHECK_INT(sessions_made, made + 1);
    CHECK_INT(sessions_destroyed, destroyed + 1);
    CHECK_INT(frames_ended, frames + 3);
}

static void test_many_instances(pfn_negotiate function)
{
    const unsigned threads = count_threads();

    for (unsigned i = 0; i < 20; i++) {
        struct api_layer_request layer = negotiate(function);

        CHECK_INT(create(&layer, 1), XR_SUCCESS);
        CHECK(get(&layer, "xrEndFrame") != get_fake("xrEndFrame"));
        use_session(&layer);
        destroy(&layer);
        CHECK(are_threads(threads));
    }
}

// The app quits without destroying its session.
static void test_abandoned_session(pfn_negotiate function)
{
    struct api_layer_request layer = negotiate(function);
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .systemId = 1};
    const unsigned threads = count_threads();
    XrSession session;

    CHECK_INT(create(&layer, 1), XR_SUCCESS);
    CHECK_INT(((PFN_xrCreateSession)get(&layer, "xrCreateSession"))(fake_instance, &info, &session), XR_SUCCESS);
    destroy(&layer);
    CHECK(are_threads(threads));
}

// A chain with several copies of the layer: exactly one works, whichever it is, and every call arrives below exactly
// once.
static void test_copies(const struct api_layer_request *layers, unsigned count)
{
    unsigned working = 0;

    CHECK_INT(create(layers, count), XR_SUCCESS);
    for (unsigned i = 0; i < count; i++) {
        PFN_xrVoidFunction below = i + 1 < count ? get(&layers[i + 1], "xrEndFrame") : get_fake("xrEndFrame");

        working += get(&layers[i], "xrEndFrame") != below;
        CHECK(get(&layers[i], "xrBeginFrame") == get_fake("xrBeginFrame"));
    }
    CHECK_INT(working, 1);
    use_session(&layers[0]);
    destroy(&layers[0]);
}

static void test_one_file_twice(pfn_negotiate function)
{
    for (unsigned i = 0; i < 5; i++) {
        struct api_layer_request layers[] = {negotiate(function), negotiate(function), negotiate(function)};

        test_copies(layers, 2);
        test_copies(layers, 3);
    }
}

// A second loader in the process, with a chain of its own, makes instances while one is active.

static const XrInstance other_instance = (XrInstance)&things[2];

static XRAPI_ATTR XrResult XRAPI_CALL other_get_proc_addr(XrInstance instance, const char *name,
                                                          PFN_xrVoidFunction *function)
{
    CHECK(instance == other_instance);
    *function = strcmp(name, "xrEndFrame") == 0 ? (PFN_xrVoidFunction)other_get_proc_addr : NULL;
    return *function != NULL ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED;
}

static XRAPI_ATTR XrResult XRAPI_CALL other_create_instance(const XrInstanceCreateInfo *info,
                                                            const struct api_layer_create_info *layer_info,
                                                            XrInstance *instance)
{
    (void)info;
    (void)layer_info;
    *instance = other_instance;
    return XR_SUCCESS;
}

static void test_two_loaders(pfn_negotiate function)
{
    struct api_layer_request first = negotiate(function);
    struct api_layer_next_info next = {.next_get_instance_proc_addr = other_get_proc_addr,
                                       .next_create_api_layer_instance = other_create_instance};
    const struct api_layer_create_info layer_info = {.next_info = &next};

    CHECK_INT(create(&first, 1), XR_SUCCESS);
    for (unsigned i = 0; i < 10; i++) {
        struct api_layer_request second = negotiate(function);
        XrInstance instance = XR_NULL_HANDLE;
        PFN_xrVoidFunction got;

        CHECK_INT(second.create_api_layer_instance(NULL, &layer_info, &instance), XR_SUCCESS);
        CHECK_INT(second.get_instance_proc_addr(instance, "xrEndFrame", &got), XR_SUCCESS);
        CHECK(got == (PFN_xrVoidFunction)other_get_proc_addr); // transparent
        CHECK(get(&first, "xrEndFrame") != get_fake("xrEndFrame"));
        CHECK(get(&first, "xrOnlyHere") == get_fake("xrOnlyHere"));
    }
    use_session(&first);
    destroy(&first);
}

static void *open_copy(const char *path, const char *copy)
{
    char command[4096];

    snprintf(command, sizeof command, "cp '%s' '%s'", path, copy);
    return system(command) == 0 ? dlopen(copy, RTLD_NOW | RTLD_LOCAL) : NULL;
}

static void test_two_files(pfn_negotiate function, const char *path)
{
    char copy[] = "/tmp/artem_negotiate_XXXXXX";
    int file = mkstemp(copy);
    void *library = file >= 0 ? open_copy(path, copy) : NULL;
    pfn_negotiate other;

    CHECK(library != NULL);
    if (library == NULL)
        return;
    other = (pfn_negotiate)dlsym(library, "xrNegotiateLoaderApiLayerInterface");
    CHECK(other != NULL && other != function);
    for (unsigned i = 0; i < 3; i++) {
        struct api_layer_request layers[] = {negotiate(function), negotiate(other), negotiate(function)};

        test_copies(layers, 2);
        test_copies(&layers[1], 2);
        test_copies(layers, 3);
    }
    CHECK_INT(dlclose(library), 0);
    close(file);
    unlink(copy);
}

int main(int argc, char **argv)
{
    void *library;
    pfn_negotiate function;
    const unsigned threads = count_threads();

    if (argc != 2) {
        fprintf(stderr, "usage: %s libartem_layer.so\n", argv[0]);
        return 2;
    }
    setenv("ARTEM_LOG", "error", 0);
    library = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    function = (pfn_negotiate)dlsym(library, "xrNegotiateLoaderApiLayerInterface");
    CHECK(function != NULL);
    if (function == NULL)
        return test_result();
    // Nothing else is to be seen from outside.
    CHECK(dlsym(library, "artem_log") == NULL && dlsym(library, "artem_config_open") == NULL);
    test_negotiation(function);
    test_bad_creation(function);
    test_proc_addr(function);
    test_many_instances(function);
    test_abandoned_session(function);
    test_one_file_twice(function);
    test_two_loaders(function);
    test_two_files(function, argv[1]);
    CHECK_INT(dlclose(library), 0);
    CHECK(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL); // really unloaded
    CHECK(are_threads(threads));
    return test_result();
}
