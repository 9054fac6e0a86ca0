// SPDX-License-Identifier: Apache-2.0
// A dry run in a child process.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../layer_files.h"
#include "../loader_folders.h"
#include "doctor.h"
#include "session.h"

static const char check[] = "dry run";
// What the child found out.
struct outcome {
    enum { NO_LOADER, NO_INSTANCE, NO_SYSTEM, WORKS } end;
    XrResult result;
    bool layer;           // ours is in the process
    bool session, vulkan; // one could be made, on a Vulkan device
    char obstacle[160];   // to a session
    char words[1024];     // of the layer: its warnings
    char runtime[XR_MAX_RUNTIME_NAME_SIZE], system[XR_MAX_SYSTEM_NAME_SIZE];
};

// With which session the dry run is made.
enum how { WITHOUT, HEADLESS, WITH_VULKAN };

static bool layer_is_loaded(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    bool found = false;

    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL)
        found = strstr(line, "libartem_layer.so") != NULL;
    if (maps != NULL)
        fclose(maps);
    return found;
}

static bool has_extension(PFN_xrGetInstanceProcAddr get, const char *name)
{
    PFN_xrEnumerateInstanceExtensionProperties enumerate = NULL;
    XrExtensionProperties *list = NULL;
    uint32_t count = 0;
    bool found = false;

    get(XR_NULL_HANDLE, "xrEnumerateInstanceExtensionProperties", (PFN_xrVoidFunction *)&enumerate);
    if (enumerate != NULL && XR_SUCCEEDED(enumerate(NULL, 0, &count, NULL)) && count > 0)
        list = calloc(count, sizeof *list);
    for (uint32_t i = 0; i < count && list != NULL; i++)
        list[i].type = XR_TYPE_EXTENSION_PROPERTIES;
    if (list != NULL && XR_SUCCEEDED(enumerate(NULL, count, &count, list)))
        for (uint32_t i = 0; i < count && !found; i++)
            found = strcmp(list[i].extensionName, name) == 0;
    free(list);
    return found;
}

static void try_system(PFN_xrGetInstanceProcAddr get, XrInstance instance, enum how how, struct outcome *out)
{
    PFN_xrGetInstanceProperties properties = NULL;
    PFN_xrGetSystem get_system = NULL;
    PFN_xrGetSystemProperties system_properties = NULL;
    PFN_xrCreateSession create_session = NULL;
    const XrSystemGetInfo info = {.type = XR_TYPE_SYSTEM_GET_INFO, .formFactor = XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY};
    XrInstanceProperties runtime = {.type = XR_TYPE_INSTANCE_PROPERTIES};
    XrSystemProperties system = {.type = XR_TYPE_SYSTEM_PROPERTIES};
    XrSessionCreateInfo session_info = {.type = XR_TYPE_SESSION_CREATE_INFO};
    XrSession session;

    get(instance, "xrGetInstanceProperties", (PFN_xrVoidFunction *)&properties);
    get(instance, "xrGetSystem", (PFN_xrVoidFunction *)&get_system);
    get(instance, "xrGetSystemProperties", (PFN_xrVoidFunction *)&system_properties);
    get(instance, "xrCreateSession", (PFN_xrVoidFunction *)&create_session);
    if (properties != NULL && XR_SUCCEEDED(properties(instance, &runtime)))
        snprintf(out->runtime, sizeof out->runtime, "%s", runtime.runtimeName);
    out->end = NO_SYSTEM;
    out->result =
        get_system != NULL ? get_system(instance, &info, &session_info.systemId) : XR_ERROR_FUNCTION_UNSUPPORTED;
    if (XR_FAILED(out->result))
        return;
    out->end = WORKS;
    if (system_properties != NULL && XR_SUCCEEDED(system_properties(instance, session_info.systemId, &system)))
        snprintf(out->system, sizeof out->system, "%s", system.systemName);
    if (how == WITH_VULKAN) {
        const char *obstacle = doctor_try_session(get, instance, session_info.systemId);
        out->vulkan = true;
        out->session = obstacle == NULL;
        snprintf(out->obstacle, sizeof out->obstacle, "%s", obstacle != NULL ? obstacle : "");
    } else if (how == HEADLESS) {
        out->session = create_session != NULL && XR_SUCCEEDED(create_session(instance, &session_info, &session));
    }
}

// Where the layer in this process is to log to; read afterwards.
static int catch_words(void)
{
    const int file = memfd_create("artem-doctor", MFD_CLOEXEC);
    char value[64];

    snprintf(value, sizeof value, "warn:/proc/self/fd/%d", file);
    if (file >= 0)
        setenv("ARTEM_LOG", value, 1);
    return file;
}

static void read_words(int file, struct outcome *out)
{
    const ssize_t length = file >= 0 ? pread(file, out->words, sizeof out->words - 1, 0) : 0;

    out->words[length > 0 ? length : 0] = '\0';
    out->words[strcspn(out->words, "\n")] = '\0'; // the first says most
}

// user: an enum how.
static size_t run(const void *user, void *answer, size_t size)
{
    const enum how how = *(const enum how *)user;
    const char *extension = how == WITH_VULKAN ? XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME : "XR_MND_headless";
    const int words = catch_words();
    void *loader = dlopen("libopenxr_loader.so.1", RTLD_NOW | RTLD_LOCAL);
    const PFN_xrGetInstanceProcAddr get =
        loader != NULL ? (PFN_xrGetInstanceProcAddr)dlsym(loader, "xrGetInstanceProcAddr") : NULL;
    PFN_xrCreateInstance create = NULL;
    PFN_xrDestroyInstance destroy = NULL;
    XrInstanceCreateInfo info = {
        .type = XR_TYPE_INSTANCE_CREATE_INFO,
        .applicationInfo = {.applicationName = "artem doctor", .apiVersion = XR_MAKE_VERSION(1, 0, 0)},
        .enabledExtensionNames = &extension,
    };
    XrInstance instance = XR_NULL_HANDLE;
    struct outcome *out = answer;

    (void)size;
    memset(out, 0, sizeof *out);
    out->end = NO_LOADER;
    if (get == NULL)
        return sizeof *out;
    get(XR_NULL_HANDLE, "xrCreateInstance", (PFN_xrVoidFunction *)&create);
    info.enabledExtensionCount = how != WITHOUT && has_extension(get, extension);
    out->end = NO_INSTANCE;
    out->result = create != NULL ? create(&info, &instance) : XR_ERROR_FUNCTION_UNSUPPORTED;
    if (XR_FAILED(out->result))
        return sizeof *out;
    out->layer = layer_is_loaded();
    try_system(get, instance, info.enabledExtensionCount > 0 ? how : WITHOUT, out);
    get(instance, "xrDestroyInstance", (PFN_xrVoidFunction *)&destroy);
    if (destroy != NULL)
        destroy(instance);
    read_words(words, out);
    return sizeof *out;
}

static const char *result_name(XrResult result)
{
    static char text[32];

    switch (result) {
    case XR_ERROR_RUNTIME_UNAVAILABLE:
        return "XR_ERROR_RUNTIME_UNAVAILABLE";
    case XR_ERROR_RUNTIME_FAILURE:
        return "XR_ERROR_RUNTIME_FAILURE";
    case XR_ERROR_API_LAYER_NOT_PRESENT:
        return "XR_ERROR_API_LAYER_NOT_PRESENT";
    case XR_ERROR_FILE_ACCESS_ERROR:
        return "XR_ERROR_FILE_ACCESS_ERROR";
    case XR_ERROR_FORM_FACTOR_UNAVAILABLE:
        return "XR_ERROR_FORM_FACTOR_UNAVAILABLE";
    default:
        snprintf(text, sizeof text, "XrResult %d", (int)result);
        return text;
    }
}

static void tell(struct doctor *doctor, const struct outcome *o, bool expected)
{
    switch (o->end) {
    case NO_LOADER:
        doctor_say(doctor, check, DOCTOR_NOTE, "Debian, Ubuntu: apt install libopenxr-loader1",
                   "libopenxr_loader.so.1 is not installed; apps that bring their own work all the same");
        return;
    case NO_INSTANCE:
        doctor_say(
            doctor, check, DOCTOR_BAD,
            "start the runtime's service or its headset software, and see what is said above of runtime and layers",
            "xrCreateInstance fails (%s): OpenXR apps do not start", result_name(o->result));
        return;
    case NO_SYSTEM:
        doctor_say(doctor, check, DOCTOR_NOTE, "connect the headset", "%s answers, but has no headset (%s)", o->runtime,
                   result_name(o->result));
        break;
    case WORKS:
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "%s answers, headset: %s", o->runtime, o->system);
        break;
    }
    if (expected)
        doctor_say(doctor, check, o->layer ? DOCTOR_GOOD : DOCTOR_BAD,
                   o->layer ? NULL : "see what is said above of layers",
                   o->layer ? "the layer is loaded into apps" : "the layer is enabled, but was not loaded");
}

static void tell_session(struct doctor *doctor, const struct outcome *o)
{
    if (o->words[0] != '\0')
        doctor_say(doctor, check, DOCTOR_NOTE, "see what the layer says", "the layer says: %s", o->words);
    if (o->session)
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "a session%s can be made and ended",
                   o->vulkan ? " on a Vulkan device" : "");
    else if (o->vulkan)
        doctor_say(doctor, check, DOCTOR_BAD, "see what is said of Vulkan above, and the runtime's own log",
                   "a session on a Vulkan device cannot be made: %s", o->obstacle);
    else
        doctor_say(doctor, check, DOCTOR_NOTE, "use a runtime with XR_KHR_vulkan_enable2",
                   "no session was tried: the runtime has neither XR_KHR_vulkan_enable2 nor XR_MND_headless");
}

static bool try_out(enum how how, struct outcome *out)
{
    return doctor_ask_child(run, &how, out, sizeof *out) == sizeof *out;
}

static void look_for_ours(void *user, const char *folder)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/" LAYER_MANIFEST, folder) < PATH_MAX && access(path, R_OK) == 0)
        *(bool *)user = true;
}

void doctor_check_loader(struct doctor *doctor)
{
    const char *wanted = getenv("XR_ENABLE_API_LAYERS");
    bool expected = wanted != NULL && strstr(wanted, LAYER_NAME) != NULL;
    struct outcome o, without;

    if (getenv(LAYER_DISABLE) == NULL)
        loader_layer_folders("implicit.d", look_for_ours, &expected);
    if (try_out(WITH_VULKAN, &o)) {
        if (o.end == WORKS && !o.vulkan)
            try_out(HEADLESS, &o);
        tell(doctor, &o, expected);
        if (o.end == WORKS)
            tell_session(doctor, &o);
    } else if (try_out(WITHOUT, &without)) { // then it was the session
        tell(doctor, &without, expected);
        doctor_say(doctor, check, DOCTOR_BAD,
                   "update the runtime and the GPU's driver; try artem disable to see who it is",
                   "an OpenXR program crashes or hangs when it makes a session");
    } else {
        doctor_say(doctor, check, DOCTOR_BAD,
                   "see which runtime and layers are named above, and try without them one by one",
                   "an OpenXR program crashes or hangs when it makes an instance");
    }
}
