// SPDX-License-Identifier: Apache-2.0
// Faults on demand: calls that the layer makes are counted by kind, and the wanted ones fail.
#ifndef ARTEM_FAULTS_H
#define ARTEM_FAULTS_H

#include <stdbool.h>

enum fault_kind {
    FAULT_APP,    // OpenXR calls of the app, wherever the layer hands them on
    FAULT_OWN,    // OpenXR calls that the layer makes on its own account
    FAULT_VULKAN, // Vulkan calls of the layer
    FAULT_MEMORY, // allocations
    FAULT_SYSTEM, // files, sockets, threads
    FAULT_ENGINE, // engine and model library
    FAULT_KINDS
};
extern const char *const fault_kind_names[FAULT_KINDS];

enum { FAULTS_AT_ONCE = 2 };

// Call number `number` (from 1) of that kind fails in the way number `way`, of which some calls have several.
struct fault {
    enum fault_kind kind;
    unsigned number, way;
    // What became of it.
    bool hit;
    const char *function;
};

extern struct fault fault_wanted[FAULTS_AT_ONCE];
extern unsigned fault_count;

// Forgets the wanted faults, and all counts.
void fault_reset(void);
// Calls of a kind so far.
unsigned fault_calls(enum fault_kind kind);
// Counts a call, and tells whether it is to fail, and how. Any thread.
bool fault_strikes(enum fault_kind kind, const char *function, unsigned *out_way);

// Memory that the layer holds: allocations that were not freed.
long fault_live_allocations(void);
// Lines of its log, which are swallowed. Set to false to see them.
unsigned fault_log_lines(void);
extern bool fault_swallow_log;

// Files that the layer makes, changes or removes must lie below this folder; those that do not are told and counted.
extern const char *fault_write_folder;
unsigned fault_writes_elsewhere(void);

// OpenXR calls: tells which call of the app is going on, for the mock runtime's mock_intercept.
void fault_app_begins(const char *function);
void fault_app_ends(void);
// Installs all of it.
void fault_install(void);

#endif
