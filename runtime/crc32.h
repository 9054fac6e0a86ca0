// SPDX-License-Identifier: Apache-2.0
// CRC-32 as in zlib and PNG, for model files (262 kB at most, so speed hardly matters).
#ifndef ARTEM_CRC32_H
#define ARTEM_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t artem_crc32(const void *data, size_t size);

#endif
