// SPDX-License-Identifier: Apache-2.0
#include "xr_system.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool xr_ok(XrInstance instance, XrResult result, const char *what)
{
    char name[XR_MAX_RESULT_STRING_SIZE] = "";
    if (XR_SUCCEEDED(result))
        return true;
    if (instance == XR_NULL_HANDLE || XR_FAILED(xrResultToString(instance, result, name)))
        snprintf(name, sizeof name, "OpenXR error %d", (int)result);
    return demo_error("%s failed: %s", what, name);
}

struct wanted {
    const char *names[8];
    uint32_t count;
    XrExtensionProperties *offered;
    uint32_t offered_count;
};

static bool is_offered(const struct wanted *wanted, const char *name)
{
    for (uint32_t i = 0; i < wanted->offered_count; i++)
        if (strcmp(wanted->offered[i].extensionName, name) == 0)
            return true;
    return false;
}

static bool want(struct wanted *wanted, bool asked, const char *option, const char *name)
{
    if (!asked)
        return true;
    if (!is_offered(wanted, name))
        return demo_refuse("%s: the runtime does not offer %s", option, name);
    wanted->names[wanted->count++] = name;
    return true;
}

static bool choose_extensions(const struct demo_options *o, struct wanted *wanted, bool *equirect2)
{
    *equirect2 = is_offered(wanted, XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME);
    return want(wanted, o->binding == BINDING_VULKAN, "--binding vulkan", XR_KHR_VULKAN_ENABLE_EXTENSION_NAME) &&
           want(wanted, o->binding == BINDING_VULKAN2, "--binding vulkan2", XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME) &&
           want(wanted, o->depth, "--depth", XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME) &&
           want(wanted, o->cylinder, "--cylinder", XR_KHR_COMPOSITION_LAYER_CYLINDER_EXTENSION_NAME) &&
           want(wanted, o->equirect, "--equirect",
                *equirect2 ? XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME
                           : XR_KHR_COMPOSITION_LAYER_EQUIRECT_EXTENSION_NAME) &&
           want(wanted, o->quad_views, "--quad-views", XR_VARJO_QUAD_VIEWS_EXTENSION_NAME);
}

static bool create_instance(struct xr_system *system)
{
    XrInstanceCreateInfo info = {.type = XR_TYPE_INSTANCE_CREATE_INFO,
                                 .applicationInfo = {.applicationName = "artem-demo",
                                                     .applicationVersion = 1,
                                                     .engineName = "artem-demo",
                                                     .engineVersion = 1,
                                                     .apiVersion = XR_MAKE_VERSION(1, 0, 0)}};
    struct wanted wanted = {.count = 0};
    bool ok;
    if (!xr_ok(XR_NULL_HANDLE, xrEnumerateInstanceExtensionProperties(NULL, 0, &wanted.offered_count, NULL),
               "asking the OpenXR runtime for its extensions (is one installed and running?)"))
        return false;
    wanted.offered = calloc(wanted.offered_count + 1, sizeof *wanted.offered);
    if (!wanted.offered)
        return demo_error("no memory for the list of extensions");
    for (uint32_t i = 0; i < wanted.offered_count; i++)
        wanted.offered[i].type = XR_TYPE_EXTENSION_PROPERTIES;
    ok =
        xr_ok(XR_NULL_HANDLE,
              xrEnumerateInstanceExtensionProperties(NULL, wanted.offered_count, &wanted.offered_count, wanted.offered),
              "xrEnumerateInstanceExtensionProperties") &&
        choose_extensions(system->options, &wanted, &system->equirect2);
    info.enabledExtensionCount = wanted.count;
    info.enabledExtensionNames = wanted.names;
    ok = ok && xr_ok(XR_NULL_HANDLE, xrCreateInstance(&info, &system->instance), "xrCreateInstance");
    free(wanted.offered);
    return ok;
}

static void describe(const struct xr_system *system)
{
    XrInstanceProperties properties = {.type = XR_TYPE_INSTANCE_PROPERTIES};
    if (XR_SUCCEEDED(xrGetInstanceProperties(system->instance, &properties)))
        demo_verbose("OpenXR runtime: %s %u.%u.%u", properties.runtimeName,
                     (unsigned)XR_VERSION_MAJOR(properties.runtimeVersion),
                     (unsigned)XR_VERSION_MINOR(properties.runtimeVersion),
                     (unsigned)XR_VERSION_PATCH(properties.runtimeVersion));
    for (uint32_t i = 0; i < system->view_count; i++)
        demo_verbose("view %u: %u x %u recommended, %u samples", i, system->views[i].recommendedImageRectWidth,
                     system->views[i].recommendedImageRectHeight, system->views[i].recommendedSwapchainSampleCount);
}

static bool find_views(struct xr_system *system)
{
    system->view_type = system->options->quad_views ? XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO
                                                    : XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
    for (uint32_t i = 0; i < RENDERER_VIEWS; i++)
        system->views[i].type = XR_TYPE_VIEW_CONFIGURATION_VIEW;
    XrResult result = xrEnumerateViewConfigurationViews(system->instance, system->id, system->view_type, RENDERER_VIEWS,
                                                        &system->view_count, system->views);
    if (result == XR_ERROR_VIEW_CONFIGURATION_TYPE_UNSUPPORTED)
        return demo_refuse("the headset has no %s view configuration", system->options->quad_views ? "quad" : "stereo");
    return xr_ok(system->instance, result, "xrEnumerateViewConfigurationViews");
}

static bool find_blend_mode(struct xr_system *system)
{
    static const XrEnvironmentBlendMode modes[] = {XR_ENVIRONMENT_BLEND_MODE_OPAQUE, XR_ENVIRONMENT_BLEND_MODE_ADDITIVE,
                                                   XR_ENVIRONMENT_BLEND_MODE_ALPHA_BLEND};
    XrEnvironmentBlendMode offered[8];
    uint32_t count = 0;
    system->blend = modes[system->options->blend];
    if (!xr_ok(system->instance,
               xrEnumerateEnvironmentBlendModes(system->instance, system->id, system->view_type, 8, &count, offered),
               "xrEnumerateEnvironmentBlendModes"))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (offered[i] == system->blend)
            return true;
    return demo_refuse("--blend: the headset does not offer this environment blend mode");
}

bool xr_system_create(const struct demo_options *options, struct xr_system *out)
{
    const XrSystemGetInfo info = {.type = XR_TYPE_SYSTEM_GET_INFO, .formFactor = XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY};
    *out = (struct xr_system){.options = options};
    if (!create_instance(out) ||
        !xr_ok(out->instance, xrGetSystem(out->instance, &info, &out->id), "finding a headset (xrGetSystem)") ||
        !find_views(out) || !find_blend_mode(out))
        return false;
    describe(out);
    return true;
}

void xr_system_destroy(struct xr_system *system)
{
    if (system->instance != XR_NULL_HANDLE)
        xrDestroyInstance(system->instance);
    *system = (struct xr_system){0};
}
