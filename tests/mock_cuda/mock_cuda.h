// SPDX-License-Identifier: Apache-2.0
// A CUDA driver without a GPU: a libcuda.so.1 of our own that has what the CUDA backend asks for
// (runtime/cuda/driver.h) and runs kernels by their emulation on the host, each stream in a thread of its own. Programs
// find it through LD_LIBRARY_PATH, and this structure in it by dlsym("mock_cuda").
//
// It is stricter than the true one: handles are checked, what is freed in use or not at all is counted, and so is every
// call that has no current context.
#ifndef ARTEM_MOCK_CUDA_H
#define ARTEM_MOCK_CUDA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mock_cuda {
    // Settings, for the test. They are as below when the library is loaded.
    int driver_version;     // 13000
    int devices;            // 1
    int capability;         // of each, 10 · major + minor: 90
    int first_capability;   // of the first one, if it is another; 0: it is not
    bool captures;          // the app captures a stream: calls of threads that are not in relaxed mode are refused
    uint8_t uuid[16];       // of the first one; the environment's MOCK_CUDA_UUID (32 hexadecimal digits), else all 0
    char missing[64];       // function that cuGetProcAddress, or kernel that no module knows; empty: none
    int fail_at;            // this call, counted from 1 by `calls`, fails; 0: none does
    char fail_function[64]; // of its calls number `fail_number`, counted from 1 by `function_calls`, fails; empty: none
    int fail_number;
    int lose_at;       // from this one on the device is lost
    int delay_us;      // that each graph waits before it begins: the environment's MOCK_CUDA_DELAY_US, else 0
    bool skip_waits;   // external semaphores are not waited for: the environment's MOCK_CUDA_SKIP_WAITS
    bool skip_signals; // nor signalled
    uint64_t memory;   // bytes that can be allocated
    void (*corrupt)(const char *kernel, const void *arguments); // called after each kernel, to spoil its work; NULL

    bool skip_sums; // cuDNN and cuBLAS check what they are given, but compute nothing

    // For the mocks of NVIDIA's other libraries, which are libraries of their own.
    bool (*enter_library)(const char *function, bool needs_context); // whether the call goes on
    void (*complain)(const char *format, ...);
    bool (*is_device_range)(unsigned long long from, size_t bytes);
    void (*wait)(void *stream); // for all that is under way

    // Counters.
    atomic_int calls; // that can fail
    atomic_int function_calls;
    atomic_int allocations; // of memory, graphs and imports
    atomic_int launches;    // of graphs
    atomic_int copies;      // of graphs and streams, between host and device
    atomic_int waits;       // for external semaphores
    atomic_int objects;     // alive: contexts, modules, streams, events, memory, graphs, imports
    atomic_int errors;      // of the caller; each has a line on stderr
    atomic_int kernels;
    atomic_int abandoned; // objects that went with their context
    atomic_uint used;     // a bit for each device that a context was made on
};

// What a file descriptor of an exported semaphore holds: it is one of this process, and the mock calls it.
#define MOCK_SEMAPHORE_MAGIC 0x41727445656d5365
struct mock_semaphore {
    uint64_t magic;
    int64_t process;
    void *user;
    void (*retain)(void *user); // for each import
    void (*release)(void *user);
    // Values are 0 for binary semaphores. False: it will never be signalled.
    bool (*wait)(void *user, uint64_t value);
    void (*signal)(void *user, uint64_t value);
};

#endif
