// SPDX-License-Identifier: Apache-2.0
// The name that users know a program by.
#ifndef ARTEM_PLUGIN_EXE_NAME_H
#define ARTEM_PLUGIN_EXE_NAME_H

#include <stddef.h>

// The base name of this process' executable; under Wine and Proton that of the Windows program. "" if it is not known
// or does not fit.
void layer_find_exe_name(char *name, size_t size);

// For tests. exe: the target of /proc/self/exe; cmdline: the content of /proc/self/cmdline.
void layer_exe_name_of(const char *exe, const char *cmdline, size_t length, char *name, size_t size);

#endif
