// SPDX-License-Identifier: Apache-2.0
#include "gl_context.h"

#include <stdlib.h>
#include <string.h>

#include "gl_platform.h"

static bool has_extension(const struct gl_context *context, const char *wanted)
{
    GLint count = 0;

    context->glGetIntegerv(GL_NUM_EXTENSIONS, &count);
    for (GLint i = 0; i < count; i++) {
        const GLubyte *name = context->glGetStringi(GL_EXTENSIONS, (GLuint)i);

        if (name != NULL && strcmp((const char *)name, wanted) == 0)
            return true;
    }
    return false;
}

// All of them may be given away whether they work or not: whether they do, the extensions tell.
static bool load(struct gl_context *context)
{
    bool all = true;

#define X(name, type)                                                                                                  \
    context->name = (__typeof__(type))context->platform->find(context->own, #name);                                    \
    all = all && context->name != NULL;
    GL_SHARE_FUNCTIONS(X)
    if (all) {
        GL_SEMAPHORE_FUNCTIONS(X)
        context->has_semaphores = all;
        all = true;
    }
#undef X
    return all;
}

// By the names that it has in OpenGL 4.3 and OpenGL ES 3.2, and in extensions to ES.
static void load_copy(struct gl_context *context, GLint major, GLint minor)
{
    const GLint version = 10 * major + minor;
    const char *name = NULL;

    if (version >= (context->is_es ? 32 : 43) || (!context->is_es && has_extension(context, "GL_ARB_copy_image")))
        name = "glCopyImageSubData";
    else if (context->is_es && has_extension(context, "GL_EXT_copy_image"))
        name = "glCopyImageSubDataEXT";
    else if (context->is_es && has_extension(context, "GL_OES_copy_image"))
        name = "glCopyImageSubDataOES";
    if (name != NULL)
        context->glCopyImageSubData = (PFNGLCOPYIMAGESUBDATAPROC)context->platform->find(context->own, name);
}

// What is missing for sharing textures with Vulkan, or NULL. The context is current.
static const char *look(struct gl_context *context)
{
    const char *version = (const char *)context->glGetString(GL_VERSION);
    GLint major = 0, minor = 0, devices = 0;

    context->is_es = version != NULL && strncmp(version, "OpenGL ES", strlen("OpenGL ES")) == 0;
    context->glGetIntegerv(GL_MAJOR_VERSION, &major);
    context->glGetIntegerv(GL_MINOR_VERSION, &minor);
    if (major < 3) {
        context->glGetError(); // did not know what was asked for
        return "it is older than 3.0";
    }
    load_copy(context, major, minor);
    if (context->glCopyImageSubData == NULL)
        return "it lacks GL_ARB_copy_image";
    if (!has_extension(context, "GL_EXT_memory_object") || !has_extension(context, "GL_EXT_memory_object_fd"))
        return "its driver lacks GL_EXT_memory_object_fd";
    context->has_semaphores = context->has_semaphores && has_extension(context, "GL_EXT_semaphore") &&
                              has_extension(context, "GL_EXT_semaphore_fd");
    context->glGetIntegerv(GL_NUM_DEVICE_UUIDS_EXT, &devices);
    if (devices != 1)
        return "it is not of one device";
    context->glGetUnsignedBytei_vEXT(GL_DEVICE_UUID_EXT, 0, context->uuid);
    context->glGetUnsignedBytevEXT(GL_DRIVER_UUID_EXT, context->driver_uuid);
    return NULL;
}

enum artem_result gl_context_create(const void *chain, struct gl_context **out_context, const char **out_why)
{
    static const struct gl_platform *const platforms[] = {&gl_platform_glx, &gl_platform_egl};
    struct gl_context *context = calloc(1, sizeof *context);
    enum artem_result result = ARTEM_ERROR_NOT_FOUND;
    struct gl_before before;

    *out_why = "out of memory";
    if (context == NULL)
        return ARTEM_ERROR_MEMORY;
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0] && result == ARTEM_ERROR_NOT_FOUND; i++) {
        result = platforms[i]->open(chain, &context->own, out_why);
        context->platform = platforms[i];
    }
    if (result != ARTEM_OK) {
        free(context);
        return result;
    }
    *out_why = "it lacks a function";
    if (load(context)) {
        *out_why = "it cannot be made current";
        if (gl_context_enter(context, &before)) {
            *out_why = look(context);
            gl_context_leave(context, &before);
        }
    }
    if (*out_why == NULL)
        *out_context = context;
    else
        gl_context_destroy(&context);
    return *out_why == NULL ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
}

void gl_context_destroy(struct gl_context **context)
{
    struct gl_context *c = *context;

    *context = NULL;
    if (c == NULL)
        return;
    c->platform->close(c->own);
    free(c);
}

bool gl_context_enter(const struct gl_context *context, struct gl_before *out_before)
{
    return context->platform->enter(context->own, out_before);
}

void gl_context_leave(const struct gl_context *context, const struct gl_before *before)
{
    context->platform->leave(context->own, before);
}
