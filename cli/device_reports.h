// SPDX-License-Identifier: Apache-2.0
// What each of several devices did in the latest frame of an engine, for people and for programs.
#ifndef ARTEM_CLI_DEVICE_REPORTS_H
#define ARTEM_CLI_DEVICE_REPORTS_H

#include <cjson/cJSON.h>

#include "artem/devices.h"

// Adds an array to an object (NULL: nowhere); nothing where the engine is one device.
void device_reports_add(const struct artem_engine *engine, cJSON *object, const char *name);

// "cpu:0 60 %, cpu:1 40 %"; "" where the engine is one device. Returns the cells computed around tiles, as a share of
// all that were painted.
double device_reports_describe(const struct artem_engine *engine, char *out, size_t size);

#endif
