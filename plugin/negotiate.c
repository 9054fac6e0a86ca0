// SPDX-License-Identifier: Apache-2.0
// The loader's door: negotiation, creation of the instance, xrGetInstanceProcAddr.
//
// A library that is listed twice shares its globals, so one pair of functions could not tell the copies apart, and
// "next" could be ourselves. Each negotiation therefore hands out a pair of its own, bound to a slot; only one slot is
// ever active.
#include "layer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"

enum { SLOTS = 4 };

struct slot {
    // Of the chain below; set when an instance is made. Loaders call a layer only in between.
    _Atomic(PFN_xrGetInstanceProcAddr) next_get_instance_proc_addr;
    _Atomic(struct layer_instance *) instance; // NULL: transparent
};

static struct slot slots[SLOTS];
static atomic_uint next_slot;
static atomic_bool creating; // an outer copy is between its own creation and the chain below

static XrResult get_proc_addr(struct slot *slot, PFN_xrGetInstanceProcAddr self, XrInstance handle, const char *name,
                              PFN_xrVoidFunction *function)
{
    PFN_xrGetInstanceProcAddr next = atomic_load(&slot->next_get_instance_proc_addr);
    struct layer_instance *active = atomic_load(&slot->instance);
    PFN_xrVoidFunction hook = NULL;
    XrResult result;

    if (function == NULL)
        return XR_ERROR_VALIDATION_FAILURE;
    *function = NULL;
    if (name == NULL)
        return XR_ERROR_VALIDATION_FAILURE;
    if (next == NULL)
        return XR_ERROR_FUNCTION_UNSUPPORTED;

    // What the chain below does not have, nobody gets: our hook would have nothing to call.
    result = next(handle, name, function);
    if (XR_FAILED(result) || *function == NULL) {
        *function = NULL;
        return XR_FAILED(result) ? result : XR_ERROR_FUNCTION_UNSUPPORTED;
    }
    if (active == NULL || active != layer_active() || active->handle != handle)
        return result;
    if (active->clock_added &&
        (strcmp(name, "xrConvertTimespecTimeToTimeKHR") == 0 || strcmp(name, "xrConvertTimeToTimespecTimeKHR") == 0)) {
        *function = NULL; // the app has not enabled it: that we have is our own affair
        return XR_ERROR_FUNCTION_UNSUPPORTED;
    }
    layer_learn_next(active, name, *function);
    if (strcmp(name, "xrGetInstanceProcAddr") == 0)
        hook = (PFN_xrVoidFunction)self;
    else
        hook = layer_find_hook(name);
    if (hook != NULL)
        *function = hook;
    return result;
}

static bool is_own_create(pfn_create_api_layer_instance create);

// Whether another file with this layer is further down. That one will do the work.
static bool another_copy_below(const struct api_layer_next_info *own)
{
    const struct api_layer_next_info *above = own;

    for (const struct api_layer_next_info *info = own->next; info != NULL; above = info, info = info->next) {
        if (strncmp(info->layer_name, LAYER_NAME, sizeof info->layer_name) == 0 &&
            !is_own_create(above->next_create_api_layer_instance))
            return true;
    }
    return false;
}

// Calls down with XR_KHR_convert_timespec_time added, by which display times can be told against the clock. False if it
// need not or cannot be added, or if the chain below refuses: the app's own request is to be made then.
static bool create_with_clock(const XrInstanceCreateInfo *info, const struct api_layer_create_info *layer_info,
                              const struct api_layer_next_info *next, XrInstance *instance, XrResult *out_result)
{
    XrInstanceCreateInfo changed;
    const char **names;

    if (info == NULL || layer_extension_is_enabled(info, XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME))
        return false;
    names = calloc((size_t)info->enabledExtensionCount + 1, sizeof *names);
    if (names == NULL)
        return false;
    if (info->enabledExtensionCount > 0)
        memcpy(names, info->enabledExtensionNames, info->enabledExtensionCount * sizeof *names);
    names[info->enabledExtensionCount] = XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME;
    changed = *info;
    changed.enabledExtensionCount++;
    changed.enabledExtensionNames = names;
    *out_result = next->next_create_api_layer_instance(&changed, layer_info, instance);
    free(names);
    return XR_SUCCEEDED(*out_result);
}

static XrResult create_instance(struct slot *slot, const XrInstanceCreateInfo *info,
                                const struct api_layer_create_info *layer_info, XrInstance *instance)
{
    struct api_layer_create_info next_layer_info;
    struct layer_instance *made = NULL;
    bool outermost, transparent, denied, clock;
    XrResult result;

    if (instance == NULL || layer_info == NULL || layer_info->next_info == NULL ||
        layer_info->next_info->next_create_api_layer_instance == NULL ||
        layer_info->next_info->next_get_instance_proc_addr == NULL)
        return XR_ERROR_INITIALIZATION_FAILED; // nothing to forward to
    artem_log_init();

    // The loader's structs die with this call, so nothing of them is kept but the function pointers.
    next_layer_info = *layer_info;
    next_layer_info.next_info = layer_info->next_info->next;
    transparent = another_copy_below(layer_info->next_info);
    outermost = !transparent && !atomic_exchange(&creating, true);
    transparent = !outermost || layer_active() != NULL;
    denied = !transparent && layer_is_denied(info);
    transparent = transparent || denied;
    atomic_store(&slot->next_get_instance_proc_addr, layer_info->next_info->next_get_instance_proc_addr);
    clock = !transparent && create_with_clock(info, &next_layer_info, layer_info->next_info, instance, &result);
    if (!clock)
        result = layer_info->next_info->next_create_api_layer_instance(info, &next_layer_info, instance);
    if (XR_SUCCEEDED(result) && denied)
        artem_log(ARTEM_LOG_INFO, "allow = off: the layer stays out of this app");
    else if (XR_SUCCEEDED(result) && transparent)
        artem_log(ARTEM_LOG_WARN, "the layer is loaded twice; this copy does nothing");
    else if (XR_SUCCEEDED(result))
        made = layer_instance_create(*instance, layer_info->next_info->next_get_instance_proc_addr, info, clock);
    else if (atomic_load(&slot->instance) == NULL)
        atomic_store(&slot->next_get_instance_proc_addr, NULL);
    if (made != NULL) {
        made->slot = &slot->instance;
        atomic_store(&slot->instance, made);
    }
    if (outermost)
        atomic_store(&creating, false); // only now: of two threads, one makes the instance that is active
    return result;
}

// The pairs that negotiation hands out, one per slot.
#define SLOT_FUNCTIONS(n)                                                                                              \
    static XRAPI_ATTR XrResult XRAPI_CALL get_proc_addr_##n(XrInstance instance, const char *name,                     \
                                                            PFN_xrVoidFunction *function)                              \
    {                                                                                                                  \
        return get_proc_addr(&slots[n], get_proc_addr_##n, instance, name, function);                                  \
    }                                                                                                                  \
    static XRAPI_ATTR XrResult XRAPI_CALL create_instance_##n(                                                         \
        const XrInstanceCreateInfo *info, const struct api_layer_create_info *layer_info, XrInstance *instance)        \
    {                                                                                                                  \
        return create_instance(&slots[n], info, layer_info, instance);                                                 \
    }
SLOT_FUNCTIONS(0)
SLOT_FUNCTIONS(1)
SLOT_FUNCTIONS(2)
SLOT_FUNCTIONS(3)

static const struct slot_functions {
    PFN_xrGetInstanceProcAddr get_proc_addr;
    pfn_create_api_layer_instance create_instance;
} slot_functions[SLOTS] = {
    {get_proc_addr_0, create_instance_0},
    {get_proc_addr_1, create_instance_1},
    {get_proc_addr_2, create_instance_2},
    {get_proc_addr_3, create_instance_3},
};

// Two loaders in one process may each have an instance. The slot of the one that is active is not given away.
static unsigned choose_slot(void)
{
    unsigned slot = 0;

    for (unsigned i = 0; i < SLOTS; i++) {
        slot = atomic_fetch_add(&next_slot, 1) % SLOTS;
        if (atomic_load(&slots[slot].instance) == NULL)
            break;
    }
    return slot;
}

static bool is_own_create(pfn_create_api_layer_instance create)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slot_functions[i].create_instance == create)
            return true;
    }
    return false;
}

// Lenient on purpose: a refusal here makes xrCreateInstance of the app fail. Only a request that cannot be filled in is
// refused; a newer loader, other sizes and a missing name are not our concern.
XRAPI_ATTR XrResult XRAPI_CALL xrNegotiateLoaderApiLayerInterface(const struct loader_info *loader_info,
                                                                  const char *layer_name,
                                                                  struct api_layer_request *request)
{
    unsigned slot;

    (void)layer_name;
    if (loader_info == NULL || request == NULL || request->struct_type != LOADER_STRUCT_API_LAYER_REQUEST ||
        request->struct_size < sizeof *request || loader_info->struct_type != LOADER_STRUCT_LOADER_INFO ||
        loader_info->struct_size < sizeof *loader_info ||
        loader_info->min_interface_version > LOADER_INTERFACE_VERSION ||
        loader_info->max_interface_version < LOADER_INTERFACE_VERSION)
        return XR_ERROR_INITIALIZATION_FAILED;
    slot = choose_slot();
    request->layer_interface_version = LOADER_INTERFACE_VERSION;
    request->layer_api_version = XR_CURRENT_API_VERSION;
    request->get_instance_proc_addr = slot_functions[slot].get_proc_addr;
    request->create_api_layer_instance = slot_functions[slot].create_instance;
    return XR_SUCCESS;
}
