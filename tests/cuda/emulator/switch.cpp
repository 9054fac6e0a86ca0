// SPDX-License-Identifier: Apache-2.0
#include "switch.h"

#include <cstdint>

#include "fibers.h"

#ifdef __has_feature // clang
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#endif
#ifdef ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace
{

// The one that was left latest: where a fiber comes from.
QUICK_THREAD_LOCAL fiber_context *left;

void arrived(fiber_context *here)
{
#ifdef ADDRESS_SANITIZER
    const void *bottom = nullptr;
    size_t size = 0;
    __sanitizer_finish_switch_fiber(here != nullptr ? here->fake_stack : nullptr, &bottom, &size);
    if (left->bottom == nullptr) { // the host's stack, which nobody told us
        left->bottom = bottom;
        left->size = size;
    }
#else
    (void)here;
#endif
}

QUICK_THREAD_LOCAL void (*begin_function)();

void begin_fiber()
{
    arrived(nullptr);
    begin_function();
    __builtin_trap();
}

} // namespace

#ifdef FIBERS_IN_ASSEMBLY

// System V: what a function must preserve, pushed on the old stack, popped from the new one.
extern "C" void artem_switch_stack(void **save, void *load);
__asm__(".text\n"
        ".p2align 4\n"
        "artem_switch_stack:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n");

static void prepare_machine(fiber_context *context, void *stack, size_t bytes)
{
    // Where `ret` finds its target; the stack is then as after a call.
    void **top = reinterpret_cast<void **>(reinterpret_cast<uintptr_t>(stack) + bytes - 64);

    *top = reinterpret_cast<void *>(begin_fiber);
    context->stack_pointer = top - 6;
}

static void switch_machine(fiber_context *from, fiber_context *to)
{
    artem_switch_stack(&from->stack_pointer, to->stack_pointer);
}

#else

static void prepare_machine(fiber_context *context, void *stack, size_t bytes)
{
    getcontext(&context->machine);
    context->machine.uc_stack.ss_sp = stack;
    context->machine.uc_stack.ss_size = bytes;
    context->machine.uc_link = nullptr;
    makecontext(&context->machine, begin_fiber, 0);
}

static void switch_machine(fiber_context *from, fiber_context *to)
{
    swapcontext(&from->machine, &to->machine);
}

#endif

void fiber_clear_stack([[maybe_unused]] void *stack, [[maybe_unused]] size_t bytes)
{
#ifdef ADDRESS_SANITIZER
    __asan_unpoison_memory_region(stack, bytes);
#endif
}

void fiber_prepare(fiber_context *context, void *stack, size_t bytes, void (*begin)())
{
    fiber_clear_stack(stack, bytes);
    context->fake_stack = nullptr;
    context->bottom = stack;
    context->size = bytes;
    begin_function = begin;
    prepare_machine(context, stack, bytes);
}

void fiber_switch(fiber_context *from, fiber_context *to)
{
    left = from;
#ifdef ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(&from->fake_stack, to->bottom, to->size);
#endif
    switch_machine(from, to);
    arrived(from);
}
