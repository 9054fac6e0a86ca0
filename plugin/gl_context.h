// SPDX-License-Identifier: Apache-2.0
// The app's OpenGL or OpenGL ES context: its entry points, what it can share with Vulkan, and using it for a moment.
//
// XR_KHR_opengl_enable lets a runtime, and so a layer, use the context inside xrCreateSession, xrDestroySession,
// xrBeginFrame, xrEndFrame, xrCreateSwapchain, xrDestroySwapchain, xrEnumerateSwapchainImages, xrAcquireSwapchainImage,
// xrWaitSwapchainImage and xrReleaseSwapchainImage: enter it there only. The app's state stays as it is: nothing is
// bound but while a texture is made, and then what had been bound before is bound again. Nothing links to a GL library.
#ifndef ARTEM_PLUGIN_GL_CONTEXT_H
#define ARTEM_PLUGIN_GL_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>
#include <GL/glext.h>

#include "artem/result.h"

#define GL_SHARE_FUNCTIONS(X)                                                                                          \
    X(glBindTexture, PFNGLBINDTEXTUREEXTPROC)                                                                          \
    X(glCreateMemoryObjectsEXT, PFNGLCREATEMEMORYOBJECTSEXTPROC)                                                       \
    X(glDeleteMemoryObjectsEXT, PFNGLDELETEMEMORYOBJECTSEXTPROC)                                                       \
    X(glDeleteTextures, PFNGLDELETETEXTURESEXTPROC)                                                                    \
    X(glFinish, void (*)(void))                                                                                        \
    X(glFlush, void (*)(void))                                                                                         \
    X(glGenTextures, PFNGLGENTEXTURESEXTPROC)                                                                          \
    X(glGetError, GLenum (*)(void))                                                                                    \
    X(glGetIntegerv, void (*)(GLenum, GLint *))                                                                        \
    X(glGetString, const GLubyte *(*)(GLenum))                                                                         \
    X(glGetStringi, PFNGLGETSTRINGIPROC)                                                                               \
    X(glGetUnsignedBytei_vEXT, PFNGLGETUNSIGNEDBYTEI_VEXTPROC)                                                         \
    X(glGetUnsignedBytevEXT, PFNGLGETUNSIGNEDBYTEVEXTPROC)                                                             \
    X(glImportMemoryFdEXT, PFNGLIMPORTMEMORYFDEXTPROC)                                                                 \
    X(glMemoryObjectParameterivEXT, PFNGLMEMORYOBJECTPARAMETERIVEXTPROC)                                               \
    X(glTexStorageMem2DEXT, PFNGLTEXSTORAGEMEM2DEXTPROC)                                                               \
    X(glTexStorageMem3DEXT, PFNGLTEXSTORAGEMEM3DEXTPROC)

// With GL_EXT_semaphore_fd.
#define GL_SEMAPHORE_FUNCTIONS(X)                                                                                      \
    X(glDeleteSemaphoresEXT, PFNGLDELETESEMAPHORESEXTPROC)                                                             \
    X(glGenSemaphoresEXT, PFNGLGENSEMAPHORESEXTPROC)                                                                   \
    X(glImportSemaphoreFdEXT, PFNGLIMPORTSEMAPHOREFDEXTPROC)                                                           \
    X(glSignalSemaphoreEXT, PFNGLSIGNALSEMAPHOREEXTPROC)                                                               \
    X(glWaitSemaphoreEXT, PFNGLWAITSEMAPHOREEXTPROC)

struct gl_context {
    const struct gl_platform *platform;
    void *own; // of the platform
    bool is_es;
    bool has_semaphores;
    uint8_t uuid[GL_UUID_SIZE_EXT], driver_uuid[GL_UUID_SIZE_EXT]; // of the device
    PFNGLCOPYIMAGESUBDATAPROC glCopyImageSubData;
#define X(name, type) __typeof__(type) name;
    GL_SHARE_FUNCTIONS(X)
    GL_SEMAPHORE_FUNCTIONS(X)
#undef X
};

// The context of the first binding in a chain of XrSessionCreateInfo that is one of OpenGL and can be used; enters it.
// ARTEM_ERROR_NOT_FOUND: there is no such binding. ARTEM_ERROR_UNSUPPORTED: *out_why says what is missing.
enum artem_result gl_context_create(const void *chain, struct gl_context **out_context, const char **out_why);
// The context itself is the app's. Clears *context; NULL-safe.
void gl_context_destroy(struct gl_context **context);

// What is current in this thread.
struct gl_before {
    void *display, *context;
    unsigned long draw, read;          // drawables of GLX
    void *draw_surface, *read_surface; // of EGL, and
    unsigned api;                      // the one that calls are for
};
// Makes the context current in this thread, if it is not. False: it cannot be used now, and all is as before. An app
// that breaks the rules above, and has it current in another thread, may be ended by Xlib for that.
bool gl_context_enter(const struct gl_context *context, struct gl_before *out_before);
// What was current is so again, whoever has changed it: runtimes that are called meanwhile do, too.
void gl_context_leave(const struct gl_context *context, const struct gl_before *before);

#endif
