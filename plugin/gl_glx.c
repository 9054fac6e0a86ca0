// SPDX-License-Identifier: Apache-2.0
// Contexts of GLX: XrGraphicsBindingOpenGLXlibKHR.
#include <dlfcn.h>
#include <stdlib.h>

#include <GL/glx.h>

#define XR_USE_PLATFORM_XLIB
#include "gl_platform.h"
#include "layer.h"

#define GLX_FUNCTIONS(X)                                                                                               \
    X(glXGetCurrentContext, GLXContext (*)(void))                                                                      \
    X(glXGetCurrentDisplay, Display *(*)(void))                                                                        \
    X(glXGetCurrentDrawable, GLXDrawable (*)(void))                                                                    \
    X(glXGetCurrentReadDrawable, GLXDrawable (*)(void))                                                                \
    X(glXMakeContextCurrent, Bool (*)(Display *, GLXDrawable, GLXDrawable, GLXContext))

struct glx {
    void *library;
    Display *display;
    GLXDrawable drawable;
    GLXContext context;
    gl_function (*get_proc_address)(const GLubyte *name);
#define X(name, type) __typeof__(type) name;
    GLX_FUNCTIONS(X)
#undef X
};

// Whichever of its libraries the app has.
static void *open_library(void)
{
    static const char *const names[] = {"libGLX.so.0", "libGL.so.1"};
    void *library = NULL;

    for (size_t i = 0; i < sizeof names / sizeof names[0] && library == NULL; i++)
        library = dlopen(names[i], RTLD_NOLOAD | RTLD_NOW);
    return library;
}

static void close_glx(void *own)
{
    struct glx *glx = own;

    if (glx->library != NULL)
        dlclose(glx->library);
    free(glx);
}

static gl_function find(void *own, const char *name)
{
    const struct glx *glx = own;
    gl_function function = (gl_function)dlsym(glx->library, name);

    return function != NULL ? function : glx->get_proc_address((const GLubyte *)name);
}

static enum artem_result open_glx(const void *chain, void **out_own, const char **out_why)
{
    const XrGraphicsBindingOpenGLXlibKHR *binding =
        (const XrGraphicsBindingOpenGLXlibKHR *)layer_find_chained(chain, XR_TYPE_GRAPHICS_BINDING_OPENGL_XLIB_KHR);
    struct glx *glx;

    if (binding == NULL)
        return ARTEM_ERROR_NOT_FOUND;
    *out_why = "out of memory";
    glx = calloc(1, sizeof *glx);
    if (glx == NULL)
        return ARTEM_ERROR_MEMORY;
    *out_why = "its GLX library is not to be found";
    glx->display = binding->xDisplay;
    glx->drawable = binding->glxDrawable;
    glx->context = binding->glxContext;
    glx->library = open_library();
    if (glx->library != NULL)
        glx->get_proc_address =
            (gl_function(*)(const GLubyte *))(gl_function)dlsym(glx->library, "glXGetProcAddressARB");
    if (glx->get_proc_address == NULL || glx->display == NULL || glx->context == NULL) {
        close_glx(glx);
        return ARTEM_ERROR_UNSUPPORTED;
    }
#define X(name, type)                                                                                                  \
    glx->name = (__typeof__(type))find(glx, #name);                                                                    \
    if (glx->name == NULL) {                                                                                           \
        close_glx(glx);                                                                                                \
        return ARTEM_ERROR_UNSUPPORTED;                                                                                \
    }
    GLX_FUNCTIONS(X)
#undef X
    *out_own = glx;
    return ARTEM_OK;
}

static void leave(void *own, const struct gl_before *before)
{
    const struct glx *glx = own;

    if (glx->glXGetCurrentContext() == (GLXContext)before->context)
        return;
    if (before->context == NULL)
        glx->glXMakeContextCurrent(glx->display, None, None, NULL);
    else
        glx->glXMakeContextCurrent(before->display, before->draw, before->read, before->context);
}

static bool enter(void *own, struct gl_before *out_before)
{
    const struct glx *glx = own;

    *out_before = (struct gl_before){
        .display = glx->glXGetCurrentDisplay(),
        .context = glx->glXGetCurrentContext(),
        .draw = glx->glXGetCurrentDrawable(),
        .read = glx->glXGetCurrentReadDrawable(),
    };
    if (out_before->context == (void *)glx->context ||
        glx->glXMakeContextCurrent(glx->display, glx->drawable, glx->drawable, glx->context) == True)
        return true;
    leave(own, out_before); // drivers let go of the one before first
    return false;
}

const struct gl_platform gl_platform_glx = {open_glx, close_glx, find, enter, leave};
