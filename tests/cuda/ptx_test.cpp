// SPDX-License-Identifier: Apache-2.0
// PTX of one chip runs on later ones, for which the plan knows only what those chips are: the kernels get as much
// shared memory as they need there, whichever chip the PTX was made for.
#include "cuda_host.h"
#include "geometry.h"
#include "plan.h"
#include "test.h"

namespace kernels
{
#include "unit.cuh"
} // namespace kernels

int main()
{
    static const artem_cuda_chip later[] = {
        {9, 0, 132, 227 * 1024}, {10, 0, 148, 227 * 1024}, {10, 3, 148, 227 * 1024}, {11, 0, 20, 227 * 1024},
        {12, 0, 170, 99 * 1024}, {12, 1, 48, 99 * 1024},   {13, 0, 200, 227 * 1024}, {20, 0, 200, 227 * 1024}};
    static const uint32_t side = 100;
    artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    artem_cuda_args addresses = {};
    artem_cuda_shape shape;

    addresses.network = addresses.style = addresses.arena = addresses.state = addresses.frame = 256;
    CHECK(artem_cuda_make_shape(1, &side, &side, &shape));
    for (const artem_cuda_chip &chip : later) {
        if (10 * chip.major + chip.minor < ARTEM_SM)
            continue;
        const uint32_t count = artem_cuda_plan(&chip, ARTEM_CUDA_FORM_POPCOUNT, &shape, &addresses, launches);
        CHECK(count > 0);
        for (uint32_t i = 0; i < count; i++)
            if (strstr(launches[i].kernel, "unit") != nullptr && launches[i].shared < sizeof(kernels::unit_memory))
                TEST_FAIL("%d.%d, %s: %u bytes of shared memory, PTX for %d needs %zu", chip.major, chip.minor,
                          launches[i].pass, launches[i].shared, ARTEM_SM, sizeof(kernels::unit_memory));
    }
    return test_result();
}
