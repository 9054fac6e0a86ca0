// SPDX-License-Identifier: Apache-2.0
// What is left of the GPU for the app: of each 90th of a second, what kernels, capture and composite do not take.
#include <stdio.h>
#include <string.h>

#include "../../cli.h"
#include "artem_vk/device.h"
#include "passes.h"

static const double rate = 90; // frames per second

// Vulkan's device of that name; NULL: there is none.
static struct vulkan_own_device *find(const char *name)
{
    struct vulkan_own_device *own = NULL;

    for (uint32_t i = 0; vulkan_own_device_create(ARTEM_LOG_DEBUG, i, &own) == ARTEM_OK; i++) {
        if (strcmp(vulkan_own_device_get(own)->name, name) == 0)
            return own;
        vulkan_own_device_destroy(&own);
    }
    return NULL;
}

bool gpu_app_share(struct bench *bench, const struct gpu_options *options, const struct layer_size *size,
                   const struct bench_times *kernels)
{
    static struct layer_passes layer;
    static const int percents[] = {50, 99};
    struct vulkan_own_device *own = find(options->name);
    const bool has_layer = own != NULL && vulkan_own_device_get(own)->timestamp_ms > 0;
    const bool good = !has_layer || layer_passes_run(vulkan_own_device_get(own), size, 2 * bench->seconds, &layer);

    vulkan_own_device_destroy(&own);
    if (!good)
        return cli_error("capture and composite cannot be run") == CLI_OK;
    printf("  pictures of %u x %u at %.0f Hz, the GPU's time that is left to the app%s:", size->width, size->height,
           rate, has_layer ? "" : ", without capture and composite (no Vulkan device of that name with timestamps)");
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        const double network = bench_percentile(kernels, percents[i]);
        const double capture = has_layer ? bench_percentile(&layer.capture, percents[i]) : 0;
        const double composite = has_layer ? bench_percentile(&layer.composite, percents[i]) : 0;
        const double used = (network + capture + composite) * rate;
        printf(" p%d %.1f %%%s", percents[i], 100 * (1 - used), i == 0 ? "," : "\n");
        cJSON *row = bench_row(bench, "gpu frames");
        cJSON_AddNumberToObject(row, "app_share", 1 - used); // below 0: the GPU is too slow
        cJSON_AddNumberToObject(row, "percentile", percents[i]);
        cJSON_AddNumberToObject(row, "rate_hz", rate);
        layer_size_add(row, size);
        cJSON_AddNumberToObject(row, "network_ms", network * 1e3);
        if (has_layer) {
            cJSON_AddNumberToObject(row, "capture_ms", capture * 1e3);
            cJSON_AddNumberToObject(row, "composite_ms", composite * 1e3);
        }
    }
    return true;
}
