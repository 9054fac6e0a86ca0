// SPDX-License-Identifier: Apache-2.0
// Switching between stacks: a few instructions where they are written out, ucontext elsewhere.
#ifndef ARTEM_TEST_CUDA_SWITCH_H
#define ARTEM_TEST_CUDA_SWITCH_H

#include <cstddef>
#include <ucontext.h>

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define FIBERS_IN_ASSEMBLY 1
#endif

struct fiber_context {
#ifdef FIBERS_IN_ASSEMBLY
    void *stack_pointer;
#else
    ucontext_t machine;
#endif
    // For the address sanitizer.
    void *fake_stack;
    const void *bottom;
    size_t size;
};

// The first switch to it calls begin, which must never return.
void fiber_prepare(fiber_context *context, void *stack, size_t bytes, void (*begin)());
void fiber_switch(fiber_context *from, fiber_context *to);
// Before a stack is used anew or given back: fibers never return from their functions, whose marks for the address
// sanitizer stay where other memory may be later.
void fiber_clear_stack(void *stack, size_t bytes);

#endif
