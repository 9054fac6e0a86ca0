// SPDX-License-Identifier: Apache-2.0
// Where the Vulkan backend and its shaders find things in their buffers: for C and for GLSL, so only macros. All sizes
// and offsets are in 32-bit words.
#ifndef ARTEM_SHADERS_NETWORK_LAYOUT_H
#define ARTEM_SHADERS_NETWORK_LAYOUT_H

// Bindings, all storage buffers.
#define NET_BIND_MODEL 0   // weights and parameters, below
#define NET_BIND_ARENA 1   // tensors, below
#define NET_BIND_STATE 2   // statistics, below
#define NET_BIND_FRAME 3   // what changes with every frame, below
#define NET_BIND_IN 4      // the view's picture, RGBA8
#define NET_BIND_OUT 5     // the view's painted picture, RGBA8; for network_decide the arguments
#define NET_BIND_MAPS 6    // activation maps: [2][plane], four words a cell
#define NET_BIND_WEIGHTS 7 // the units' weights, the same as in the model: [10][128 out][9 taps], four words a tap
#define NET_BINDINGS 8

#define NET_LAYERS 11 // normalised ones: encoder, units
#define NET_UNITS 10
#define NET_CHANNELS 128

// int8 weights: four input channels of one output are one word, lowest channel in the lowest byte. Outputs stand in
// groups, those that one invocation computes.
#define NET_ENC_WORDS 16 // input words of a cell
#define NET_ENC_GROUP 32
#define NET_D0_WORDS 32
#define NET_D0_GROUP 8
#define NET_D0_OUT 32
#define NET_D1_WORDS 8
#define NET_D1_GROUP 4
#define NET_D1_OUT 12
#define NET_D2_WORDS 4
#define NET_D2_OUT 3

// The model: network first.
#define NET_UNIT_WEIGHTS 0                                                     // [10][128 out][9 taps][4]
#define NET_ENC_WEIGHTS (NET_UNIT_WEIGHTS + NET_UNITS * NET_CHANNELS * 36)     // [group][9 taps][words][out in group]
#define NET_ENC_SUM (NET_ENC_WEIGHTS + NET_CHANNELS * 9 * NET_ENC_WORDS)       // [128]: 128 · sum of the output's weights
#define NET_LUT (NET_ENC_SUM + NET_CHANNELS)                                   // 1024 bytes
#define NET_ADAPT (NET_LUT + 256)                                              // a of §7
#define NET_ENC_SHIFT (NET_ADAPT + 1)
#define NET_STYLE (NET_ADAPT + 4)                                              // the style's part begins here
#define NET_NORM (NET_STYLE)                                                   // [11][128]: gain | shift << 16
#define NET_CAL_MEAN (NET_NORM + NET_LAYERS * NET_CHANNELS)                    // [11][128][2]: 64 bits
#define NET_CAL_SQUARE (NET_CAL_MEAN + 2 * NET_LAYERS * NET_CHANNELS)          // [11][128][2]
#define NET_RPRELU (NET_CAL_SQUARE + 2 * NET_LAYERS * NET_CHANNELS)            // [10][128]: slope | shift << 16
#define NET_THRESHOLD (NET_RPRELU + NET_UNITS * NET_CHANNELS)                  // [10][128]
#define NET_DEC (NET_THRESHOLD + NET_UNITS * NET_CHANNELS)                     // [128]: gain | bias << 16
#define NET_D0_WEIGHTS (NET_DEC + NET_CHANNELS)                                // [group][9 taps][words][out in group]
#define NET_D0_NORM (NET_D0_WEIGHTS + NET_D0_OUT * 9 * NET_D0_WORDS)           // [32]: M | B << 16
#define NET_D1_WEIGHTS (NET_D0_NORM + NET_D0_OUT)                              // [group][words][9 taps][out in group]
#define NET_D1_NORM (NET_D1_WEIGHTS + NET_D1_OUT * 9 * NET_D1_WORDS)           // [12]
#define NET_D2_WEIGHTS (NET_D1_NORM + NET_D1_OUT)                              // [words][9 taps][3]
#define NET_D2_NORM (NET_D2_WEIGHTS + NET_D2_OUT * 9 * NET_D2_WORDS)           // [3]
#define NET_D0_SHIFT (NET_D2_NORM + NET_D2_OUT)
#define NET_D1_SHIFT (NET_D0_SHIFT + 1)
#define NET_D2_SHIFT (NET_D0_SHIFT + 2)
#define NET_D0_SUM (NET_D0_SHIFT + 3)                                          // [32]: as NET_ENC_SUM
#define NET_D1_SUM (NET_D0_SUM + NET_D0_OUT)                                   // [12]
#define NET_D2_SUM (NET_D1_SUM + NET_D1_OUT)                                   // [3]
#define NET_MODEL_WORDS (NET_D2_SUM + NET_D2_OUT)

// The arena, in planes of one word per cell of all views: what is used at different times lies at the same place.
#define NET_INPUT_PLANE 0 // 16: the encoder's input
#define NET_D0_PLANE 0    // 8: d0's output
#define NET_STREAM_PLANE 16 // 32: the stream; after the last unit the decoder's input
#define NET_D1_PLANE 16     // 12: d1's output, three planes of four pixels per cell
#define NET_PLANES 48

// The statistics.
#define NET_MEAN 0                                                // [11][128][2]: M, 64 bits
#define NET_SQUARE (NET_MEAN + 2 * NET_LAYERS * NET_CHANNELS)     // [11][128][2]: E
#define NET_SUM1 (NET_SQUARE + 2 * NET_LAYERS * NET_CHANNELS)     // [11][128][2]: of this frame
#define NET_SUM2 (NET_SUM1 + 2 * NET_LAYERS * NET_CHANNELS)       // [11][128][2]
#define NET_GAINS (NET_SUM2 + 2 * NET_LAYERS * NET_CHANNELS)      // [11][128]: A | B << 16
#define NET_DEVIATIONS (NET_GAINS + NET_LAYERS * NET_CHANNELS)    // [2]: the sum of the encoder's D
#define NET_EXACT (NET_DEVIATIONS + 2)                            // 1: in exact mode, asked for or after a cut
#define NET_BLANK (NET_EXACT + 1)
#define NET_PACE (NET_EXACT + 2)
#define NET_CUT (NET_EXACT + 3)
#define NET_STATE_WORDS (NET_EXACT + 4)

// Arguments of indirect dispatches, in a buffer of their own.
#define NET_ARGS_ENC 0  // [3]: the encoder's second pass
#define NET_ARGS_UNIT 3 // [3]: a unit's first pass
#define NET_ARGS_TAKE 6 // [3]: what is between it and the second
#define NET_ARGS_WORDS 9

// The frame.
#define NET_RESTART 0 // 1: the state starts from the calibration
#define NET_WANTS_EXACT 1
#define NET_CELLS 2  // N
#define NET_PLANE 3  // words of a plane
#define NET_GROUPS 4 // workgroups of these for the largest view
#define NET_VIEWS 5
#define NET_VIEW 8 // [8][NET_VIEW_WORDS]
#define NET_VIEW_QW 0
#define NET_VIEW_QH 1
#define NET_VIEW_FIRST 2 // its first cell in a plane
#define NET_VIEW_DENSITY 3
#define NET_VIEW_MAP 4 // [9]
#define NET_VIEW_COLUMNS 13 // cells whose sums are taken: the first one | the one after the last << 16
#define NET_VIEW_ROWS 14
#define NET_VIEW_WORDS 16
#define NET_FRAME_WORDS (NET_VIEW + 8 * NET_VIEW_WORDS)

#define NET_TILE 64      // invocations per workgroup
#define NET_CELLS_EACH 2 // cells per invocation in the encoder, a unit and d0

#endif
