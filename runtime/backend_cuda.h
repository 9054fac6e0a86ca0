// SPDX-License-Identifier: Apache-2.0
// libartem's side of the CUDA backend: backend_cuda_load.c (the shared object), backend_cuda.c (frames).
#ifndef ARTEM_BACKEND_CUDA_H
#define ARTEM_BACKEND_CUDA_H

#include "artem/cuda.h"
#include "cuda_api.h"

// Opens the shared object, NULL with a line of that level where it is missing or of another version. Each success is
// followed by artem_cuda_unload.
const struct artem_cuda_api *artem_cuda_load(enum artem_log_level level, void **out_library);
void artem_cuda_unload(void *library);

#endif
