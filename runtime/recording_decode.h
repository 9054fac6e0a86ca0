// SPDX-License-Identifier: Apache-2.0
// Payloads of chunks to structs; nothing is used before its range has been checked.
#ifndef ARTEM_RECORDING_DECODE_H
#define ARTEM_RECORDING_DECODE_H

#include "recording_format.h"

// Kind and index of the chunk are set; NULL, or what is wrong with the payload. Pixels stay in the payload.
const char *rec_decode(struct artem_recording_chunk *chunk, const uint8_t *payload, uint64_t size);

#endif
