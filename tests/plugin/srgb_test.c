// SPDX-License-Identifier: Apache-2.0
// The tables of plugin/srgb_tables.h against the formulas of docs/arithmetic.md §9.
#include "srgb_tables.h"

#include <math.h>

#include "test.h"

static double encode(double x)
{
    return x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
}

static double decode(double x)
{
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static void check_value(const char *table, int index, int value, double exact)
{
    test_checks++;
    if (value != lround(exact))
        TEST_FAIL("%s[%d] is %d, expected %f rounded", table, index, value, exact);
    // No value is so close to a half that another libm could round it the other way.
    CHECK(fabs(exact - floor(exact) - 0.5) > 1e-4);
}

int main(void)
{
    for (int i = 0; i < 256; i++) {
        check_value("to_code", i, srgb_to_code[i], 255 * encode(i / 255.0));
        check_value("to_linear", i, srgb_to_linear[i], 255 * decode(i / 255.0));
    }
    return test_result();
}
