// SPDX-License-Identifier: Apache-2.0
// The checks of `artem doctor`: each finds out about one thing, says what it found, and how to mend what is wrong.
#ifndef ARTEM_CLI_DOCTOR_H
#define ARTEM_CLI_DOCTOR_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum verdict { DOCTOR_GOOD, DOCTOR_NOTE, DOCTOR_BAD };

struct doctor {
    bool json;
    cJSON *list; // of findings, with json
    unsigned notes, faults;
};

// One finding. fix: NULL where there is nothing to do. `check` is the name of the check that says so.
void doctor_say(struct doctor *doctor, const char *check, enum verdict verdict, const char *fix, const char *format,
                ...) __attribute__((format(printf, 5, 6)));

void doctor_check_environment(struct doctor *doctor); // variables that the loader and the layer look at, containers
void doctor_check_manifests(struct doctor *doctor);   // the loader's folders in their order, every manifest in them
void doctor_check_runtime(struct doctor *doctor);     // active_runtime.json
void doctor_check_vulkan(struct doctor *doctor);      // devices and what they can
void doctor_check_cuda(struct doctor *doctor);
void doctor_check_program(struct doctor *doctor, const char *name); // that the user asks about
void doctor_check_settings(struct doctor *doctor);                  // artem.conf, styles
void doctor_check_loader(struct doctor *doctor); // a dry run: instance, system, session, the layer in it

// Does work in a child process, silently, and brings back what it answers (at most `size` bytes, at most a pipe's
// 4096): whatever a runtime or another layer does there, the report goes on. 0 if it crashes or hangs.
typedef size_t (*doctor_work)(const void *user, void *answer, size_t size);
size_t doctor_ask_child(doctor_work work, const void *user, void *answer, size_t size);

// Whether a library loads and has the symbol (NULL: any), tried in a child; else what it does instead.
bool doctor_can_load(const char *path, const char *symbol, char *obstacle, size_t size);

#endif
