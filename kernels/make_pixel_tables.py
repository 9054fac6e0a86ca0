# SPDX-License-Identifier: Apache-2.0
"""Writes pixel_tables.h, the tables of docs/arithmetic.md §9:

    python3 make_pixel_tables.py > pixel_tables.h

encode and decode are computed with 60 decimal digits for every index (some ten seconds). Rounding cannot go wrong: it is
an error if any value lies within 10^-9 of a half (the closest one lies 1.4·10^-6 away), or if codes fall while indices
rise.
"""
import decimal
from decimal import Decimal

decimal.getcontext().prec = 60
HAIR = Decimal("1e-9")
HALF_ONE = 0x3C00  # the bits of 1.0


def encode(x):
    return x * Decimal("12.92") if x <= Decimal("0.0031308") else (
        Decimal("1.055") * x ** (1 / Decimal("2.4")) - Decimal("0.055"))


def decode(x):
    return x / Decimal("12.92") if x <= Decimal("0.04045") else (
        ((x + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4"))


def rounded(x):
    assert abs(x - int(x) - Decimal("0.5")) > HAIR, x
    return int(x + Decimal("0.5"))


def half_value(bits):
    exponent, mantissa = bits >> 10, bits & 1023
    return Decimal(1024 + mantissa) * Decimal(2) ** (exponent - 25) if exponent else Decimal(mantissa) * Decimal(2) ** -24


def nearest_half(x):
    above = next(bits for bits in range(HALF_ONE + 1) if half_value(bits) >= x)
    if half_value(above) == x:
        return above
    low, high = x - half_value(above - 1), half_value(above) - x
    assert abs(low - high) > HAIR * (low + high), x
    return above - 1 if low < high else above


def thresholds(values):
    """Code c begins at the smallest index whose code is >= c."""
    codes = [rounded(255 * encode(x)) for x in values]
    assert codes == sorted(codes) and codes[0] == 0 and codes[-1] == 255
    return [next(i for i, code in enumerate(codes) if code >= c) for c in range(256)]


def table(name, values):
    print(f"\nstatic const uint16_t {name}[256] = {{")
    words = [f"{v}," for v in values]
    line = "   "
    for word in words:
        if len(line) + 1 + len(word) > 120:
            print(line)
            line = "   "
        line += " " + word
    print(line)
    print("};")


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by make_pixel_tables.py. begin: the first index of each code value; stored: what each is stored as.")
    print("#ifndef ARTEM_KERNELS_PIXEL_TABLES_H\n#define ARTEM_KERNELS_PIXEL_TABLES_H\n\n#include <stdint.h>")
    print("\n// clang-format off")
    for name, most in ("8", 255), ("10", 1023), ("16", 65535):
        table(f"begin_{name}", thresholds([Decimal(i) / most for i in range(most + 1)]))
        table(f"stored_{name}", [rounded(most * decode(Decimal(c) / 255)) for c in range(256)])
    table("begin_half", thresholds([half_value(i) for i in range(HALF_ONE + 1)]))
    table("stored_half", [nearest_half(decode(Decimal(c) / 255)) for c in range(256)])
    print("// clang-format on\n\n#endif")


if __name__ == "__main__":
    main()
