# SPDX-License-Identifier: Apache-2.0
# cmake -DIN=FILE -DOUT=HEADER -DNAME=NAME -P embed.cmake: a text file as a C array that ends with a NUL.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "static const char ${NAME}[] = {${bytes}0};\n")
