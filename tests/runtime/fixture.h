// SPDX-License-Identifier: Apache-2.0
// Files and folders for the tests of the runtime.
#ifndef ARTEM_TEST_FIXTURE_H
#define ARTEM_TEST_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETWORK_SIZE = 259136, STYLE_SIZE = 76304 };

// A folder that is removed at exit; log lines of level debug and above go to its file "log".
const char *fixture_folder(void);
const char *fixture_path(const char *name);                          // valid for the next three calls
void fixture_write(const char *path, const void *data, size_t size); // ends the test on failure
void fixture_write_text(const char *path, const char *text);
int fixture_log_count(const char *text); // log lines that contain it
void fixture_log_clear(void);

// An app that closes all descriptors and opens files of its own: the number that this process has for the file at path
// is another file's from now on. The number, -1 if there was none.
int fixture_seize(const char *path);
// Whether nobody has touched that other file; closes it.
bool fixture_give_back(int fd);

uint32_t fixture_random(void);

// Valid model files with random content, after docs/model-format.md; the caller frees.
uint8_t *fixture_network(void);
uint8_t *fixture_style(const char *name, uint32_t network_id);

void fixture_put(uint8_t *at, uint64_t value, int bytes);
void fixture_seal(uint8_t *file, size_t size); // sets the checksum (and the id, of a network) anew

#endif
