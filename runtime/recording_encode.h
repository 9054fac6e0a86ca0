// SPDX-License-Identifier: Apache-2.0
// Structs to the payloads of chunks.
#ifndef ARTEM_RECORDING_ENCODE_H
#define ARTEM_RECORDING_ENCODE_H

#include "recording_format.h"

// Each fills a payload of exactly the REC_..._SIZE, or rec_frame_bytes.
void rec_encode_header(uint8_t *payload, const struct artem_recording_params *params);
void rec_encode_style(uint8_t *payload, const struct artem_style *style);
void rec_encode_frame(uint8_t *payload, const struct artem_recorded_frame *frame);
void rec_encode_event(uint8_t *payload, uint64_t frame, int64_t display_time, enum artem_decision decision);
void rec_encode_end(uint8_t *payload, uint64_t frames, const char *reason);

#endif
