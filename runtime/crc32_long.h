// SPDX-License-Identifier: Apache-2.0
// CRC-32 as crc32.h, eight bytes a step, for recordings: they are written at the speed of the disk.
#ifndef ARTEM_CRC32_LONG_H
#define ARTEM_CRC32_LONG_H

#include <stddef.h>
#include <stdint.h>

// Of the bytes so far and these; 0 for none so far. Any thread.
uint32_t artem_crc32_more(uint32_t crc, const void *data, size_t size);

#endif
