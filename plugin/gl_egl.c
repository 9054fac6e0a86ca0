// SPDX-License-Identifier: Apache-2.0
// Contexts of EGL: XrGraphicsBindingEGLMNDX.
#include <stdlib.h>

#include "gl_platform.h"
#include "layer.h"

#define EGL_FUNCTIONS(X)                                                                                               \
    X(eglBindAPI, EGLBoolean (*)(EGLenum))                                                                             \
    X(eglGetCurrentContext, EGLContext (*)(void))                                                                      \
    X(eglGetCurrentDisplay, EGLDisplay (*)(void))                                                                      \
    X(eglGetCurrentSurface, EGLSurface (*)(EGLint))                                                                    \
    X(eglMakeCurrent, EGLBoolean (*)(EGLDisplay, EGLSurface, EGLSurface, EGLContext))                                  \
    X(eglQueryAPI, EGLenum (*)(void))                                                                                  \
    X(eglQueryContext, EGLBoolean (*)(EGLDisplay, EGLContext, EGLint, EGLint *))

struct egl {
    PFNEGLGETPROCADDRESSPROC get_proc_address;
    EGLDisplay display;
    EGLContext context;
    EGLenum api; // of the context
#define X(name, type) __typeof__(type) name;
    EGL_FUNCTIONS(X)
#undef X
};

static gl_function find(void *own, const char *name)
{
    const struct egl *egl = own;

    return (gl_function)egl->get_proc_address(name);
}

static enum artem_result open_egl(const void *chain, void **out_own, const char **out_why)
{
    const XrGraphicsBindingEGLMNDX *binding =
        (const XrGraphicsBindingEGLMNDX *)layer_find_chained(chain, XR_TYPE_GRAPHICS_BINDING_EGL_MNDX);
    struct egl *egl;
    EGLint type = 0;

    if (binding == NULL)
        return ARTEM_ERROR_NOT_FOUND;
    *out_why = "out of memory";
    egl = calloc(1, sizeof *egl);
    if (egl == NULL)
        return ARTEM_ERROR_MEMORY;
    *out_why = "its EGL lacks a function";
    egl->get_proc_address = binding->getProcAddress;
    egl->display = binding->display;
    egl->context = binding->context;
    if (egl->get_proc_address == NULL || egl->context == EGL_NO_CONTEXT) {
        free(egl);
        return ARTEM_ERROR_UNSUPPORTED;
    }
#define X(name, type)                                                                                                  \
    egl->name = (__typeof__(type))find(egl, #name);                                                                    \
    if (egl->name == NULL) {                                                                                           \
        free(egl);                                                                                                     \
        return ARTEM_ERROR_UNSUPPORTED;                                                                                \
    }
    EGL_FUNCTIONS(X)
#undef X
    if (egl->eglQueryContext(egl->display, egl->context, EGL_CONTEXT_CLIENT_TYPE, &type) != EGL_TRUE) {
        free(egl);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    egl->api = (EGLenum)type;
    *out_own = egl;
    return ARTEM_OK;
}

// "Current" is meant for each of the APIs by itself.
static void leave(void *own, const struct gl_before *before)
{
    const struct egl *egl = own;

    egl->eglBindAPI(egl->api); // a runtime may have asked for another
    if (egl->eglGetCurrentContext() != before->context) {
        if (before->context != EGL_NO_CONTEXT)
            egl->eglMakeCurrent(before->display, before->draw_surface, before->read_surface, before->context);
        else
            egl->eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    }
    if (before->api != egl->api)
        egl->eglBindAPI(before->api);
}

static bool enter(void *own, struct gl_before *out_before)
{
    const struct egl *egl = own;

    *out_before = (struct gl_before){.api = egl->eglQueryAPI()};
    if (out_before->api != egl->api && egl->eglBindAPI(egl->api) != EGL_TRUE)
        return false;
    out_before->context = egl->eglGetCurrentContext();
    out_before->display = egl->eglGetCurrentDisplay();
    out_before->draw_surface = egl->eglGetCurrentSurface(EGL_DRAW);
    out_before->read_surface = egl->eglGetCurrentSurface(EGL_READ);
    if (out_before->context == egl->context ||
        egl->eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, egl->context) == EGL_TRUE)
        return true;
    leave(own, out_before);
    return false;
}

const struct gl_platform gl_platform_egl = {open_egl, free, find, enter, leave};
