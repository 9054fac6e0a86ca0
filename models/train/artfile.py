# SPDX-License-Identifier: Apache-2.0
"""Reads and writes model files (docs/model-format.md). Standard library only; arrays come back as numpy arrays where numpy is
installed, else as flat array.array objects (uint8 arrays as bytes).

    write_network(path, fields) -> network id       read_network(path) -> fields
    write_style(path, fields)                       read_style(path) -> fields

`fields` is a dict whose keys are the names of runtime/include/artem/model.h:
    network: adapt, enc_shift, enc_weights, trunk_bits, lut             (id is computed; read_network adds "id")
    style:   name, title, network_id, d0_shift, d1_shift, d2_shift,
             norms: list of 11 dicts gain, bias, mean, square;  units: list of 10 dicts threshold, slope, shift
             dec_gain, dec_bias, and for k = 0, 1, 2: dk_weights, dk_mul, dk_bias
An array is a numpy array, a (nested) list of ints, anything with tolist() such as a torch tensor, or bytes that are already little-endian.
Floats, wrong sizes and values out of range raise ValueError: round and clamp before, so that nothing is altered here unseen."""
import array
import os
import re
import struct
import sys
import unicodedata
import zlib

try:
    import numpy
except ImportError:
    numpy = None

VERSION, HEADER_SIZE = 1, 64
NETWORK_MAGIC, STYLE_MAGIC = b"ARTNET\0\1", b"ARTSTY\0\1"
CHANNELS, UNITS, ENC_IN, D0_OUT, D1_OUT, D2_IN, D2_OUT = 128, 10, 64, 32, 12, 16, 3
SHAPE = (CHANNELS, UNITS, ENC_IN, D0_OUT, D1_OUT, D2_IN, D2_OUT, 0)

# field, type code of struct/array, shape, smallest and largest value; the file order. A field is padded to a multiple of 16 bytes.
ANY8, ANYU8, ANY16, WEIGHT, FACTOR = (-128, 127), (0, 255), (-32768, 32767), (-64, 64), (-32767, 32767)
NETWORK_ARRAYS = (
    ("enc_weights", "b", (CHANNELS, 3, 3, ENC_IN), WEIGHT),
    ("trunk_bits", "B", (UNITS, CHANNELS, 9, CHANNELS // 8), ANYU8),
    ("lut", "B", (1024,), ANYU8),
)
NORM_ARRAYS = (
    ("gain", "h", (CHANNELS,), ANY16),
    ("bias", "h", (CHANNELS,), ANY16),
    ("mean", "q", (CHANNELS,), (-(1 << 31), (1 << 31) - 1)),
    ("square", "q", (CHANNELS,), (0, (1 << 46) - 1)),
)
UNIT_ARRAYS = (
    ("threshold", "b", (CHANNELS,), ANY8),
    ("slope", "h", (CHANNELS,), FACTOR),
    ("shift", "h", (CHANNELS,), ANY16),
)
DECODER_ARRAYS = (
    ("dec_gain", "h", (CHANNELS,), FACTOR),
    ("dec_bias", "h", (CHANNELS,), ANY16),
    ("d0_weights", "b", (D0_OUT, 3, 3, CHANNELS), WEIGHT),
    ("d0_mul", "h", (D0_OUT,), FACTOR),
    ("d0_bias", "h", (D0_OUT,), ANY16),
    ("d1_weights", "b", (D1_OUT, 3, 3, D0_OUT), WEIGHT),
    ("d1_mul", "h", (D1_OUT,), FACTOR),
    ("d1_bias", "h", (D1_OUT,), ANY16),
    ("d2_weights", "b", (D2_OUT, 3, 3, D2_IN), WEIGHT),
    ("d2_mul", "h", (D2_OUT,), FACTOR),
    ("d2_bias", "h", (D2_OUT,), ANY16),
)


def _count(shape):
    n = 1
    for side in shape:
        n *= side
    return n


def _flat_list(value, label):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        out = []
        for item in value:
            out.extend(_flat_list(item, label))
        return out
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{label}: expected integers, got {value!r}")
    return [value]


def _little(values):
    """Swaps an array.array between this machine's order and the file's."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _check_shape(value, shape, label):
    """Where the caller's array has a shape, it must be the file's or flat: a transposed weight array has the right size too."""
    given = getattr(value, "shape", None)
    if given is not None and tuple(given) not in (tuple(shape), (_count(shape),)):
        raise ValueError(f"{label}: expected shape {tuple(shape)}, got {tuple(given)}")


def _values(code, value, shape, label):
    if isinstance(value, (bytes, bytearray, memoryview)):
        values = array.array(code)
        if len(bytes(value)) % values.itemsize:
            raise ValueError(f"{label}: {len(bytes(value))} bytes are no whole number of elements")
        values.frombytes(bytes(value))
        values = _little(values)
    else:
        _check_shape(value, shape, label)
        flat = _flat_list(value, label)
        try:
            values = array.array(code, flat)
        except OverflowError as error:
            raise ValueError(f"{label}: {error}") from None
    if len(values) != _count(shape):
        raise ValueError(f"{label}: expected {_count(shape)} elements {tuple(shape)}, got {len(values)}")
    return values


def _checked(code, value, shape, limits, label):
    values = _values(code, value, shape, label)
    low, high = min(values), max(values)
    if low < limits[0] or high > limits[1]:
        raise ValueError(f"{label}: {low}..{high} leaves the range {limits[0]}..{limits[1]}")
    return values


def _pad16(data):
    return data + bytes(-len(data) % 16)


def _pack(fields, arrays, prefix=""):
    out = b""
    for key, code, shape, limits in arrays:
        values = _checked(code, fields[key], shape, limits, prefix + key)
        out += _pad16(_little(array.array(code, values)).tobytes())
    return out


def _unpack(data, offset, arrays, prefix=""):
    fields = {}
    for key, code, shape, limits in arrays:
        size = struct.calcsize("<" + code) * _count(shape)
        raw = data[offset:offset + size]
        if any(data[offset + size:offset + size + -size % 16]):
            raise ValueError(f"{prefix}{key}: padding is not zero")
        values = _checked(code, raw, shape, limits, prefix + key)
        if numpy is not None:
            fields[key] = numpy.array(values, dtype=numpy.dtype(code)).reshape(shape)
        else:
            fields[key] = raw if code == "B" else values
        offset += size + -size % 16
    return fields, offset


def _check_moments(norm, prefix):
    mean = _values("q", norm["mean"], (CHANNELS,), prefix + "mean")
    square = _values("q", norm["square"], (CHANNELS,), prefix + "square")
    for c, (m, e) in enumerate(zip(mean, square)):
        if e - ((m * m) >> 16) < 1:
            raise ValueError(f"{prefix}square[{c}]: variance {e - ((m * m) >> 16)} is below 1 (mean {m}, square {e})")


def _small(fields, key, high):
    value = fields[key]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise ValueError(f"{key}: expected an integer 0..{high}, got {fields[key]!r}")
    return value


def _text(fields, key, size):
    data = fields[key].encode("utf-8")
    if len(data) >= size:
        raise ValueError(f"{key}: {len(data)} bytes, at most {size - 1} fit")
    if any(unicodedata.category(c) == "Cc" for c in fields[key]):
        raise ValueError(f"{key}: contains a control character")
    return data.ljust(size, b"\0")


def _get_text(data, key):
    text, _, rest = data.partition(b"\0")
    if len(text) == len(data) or any(rest):
        raise ValueError(f"{key}: not padded with zeros")
    fields = {key: text.decode("utf-8")}
    _text(fields, key, len(data))
    return fields[key]


def _check_name(name):
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}", name):
        raise ValueError(f"name: {name!r} is not 1..63 of A-Z a-z 0-9 _ -")


def _write(path, magic, network_id, small, payload):
    """network_id None: computed from the content. The file appears whole or not at all."""
    body = struct.pack("<4B8H16x", *small, *SHAPE) + payload
    if network_id is None:
        network_id = zlib.crc32(body)
    rest = struct.pack("<4I", VERSION, HEADER_SIZE, HEADER_SIZE + len(payload), network_id) + body
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(magic + struct.pack("<I", zlib.crc32(rest)) + rest)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return network_id


def _read(path, magic):
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < HEADER_SIZE or data[:8] != magic:
        raise ValueError(f"{path}: not a file of kind {magic[:6].decode()}")
    checksum, version, header, total, network_id = struct.unpack_from("<5I", data, 8)
    if total != len(data):
        raise ValueError(f"{path}: {len(data)} bytes, but the header says {total}")
    if checksum != zlib.crc32(data[12:]):
        raise ValueError(f"{path}: damaged (checksum)")
    if version != VERSION or header != HEADER_SIZE or struct.unpack_from("<8H", data, 32) != SHAPE:
        raise ValueError(f"{path}: format version {version} or shape not known to this program")
    if any(data[48:64]):
        raise ValueError(f"{path}: reserved bytes are not zero")
    return data, network_id


def write_network(path, fields):
    """Returns the network id."""
    payload = _pack(fields, NETWORK_ARRAYS)
    return _write(path, NETWORK_MAGIC, None, (_small(fields, "adapt", 16), _small(fields, "enc_shift", 15), 0, 0), payload)


def read_network(path):
    data, network_id = _read(path, NETWORK_MAGIC)
    if network_id != zlib.crc32(data[28:]):
        raise ValueError(f"{path}: the network id does not match the content")
    fields, end = _unpack(data, HEADER_SIZE, NETWORK_ARRAYS)
    fields.update(id=network_id, adapt=data[28], enc_shift=data[29])
    _small(fields, "adapt", 16), _small(fields, "enc_shift", 15)
    if end != len(data) or any(data[30:32]):
        raise ValueError(f"{path}: wrong size or reserved bytes")
    return fields


def write_style(path, fields):
    _check_name(fields["name"])
    if len(fields["norms"]) != 1 + UNITS or len(fields["units"]) != UNITS:
        raise ValueError(f"expected {1 + UNITS} norms and {UNITS} units, got {len(fields['norms'])} and {len(fields['units'])}")
    payload = _text(fields, "name", 64) + _text(fields, "title", 128)
    for i, norm in enumerate(fields["norms"]):
        payload += _pack(norm, NORM_ARRAYS, f"norms[{i}].")
        _check_moments(norm, f"norms[{i}].")
    for i, unit in enumerate(fields["units"]):
        payload += _pack(unit, UNIT_ARRAYS, f"units[{i}].")
    payload += _pack(fields, DECODER_ARRAYS)
    shifts = tuple(_small(fields, f"d{k}_shift", 15) for k in range(3))
    _write(path, STYLE_MAGIC, _small(fields, "network_id", 0xFFFFFFFF), shifts + (0,), payload)


def read_style(path):
    data, network_id = _read(path, STYLE_MAGIC)
    fields = dict(network_id=network_id, name=_get_text(data[64:128], "name"), title=_get_text(data[128:256], "title"))
    _check_name(fields["name"])
    fields.update({f"d{k}_shift": data[28 + k] for k in range(3)}, norms=[], units=[])
    for k in range(3):
        _small(fields, f"d{k}_shift", 15)
    offset = 256
    for i in range(1 + UNITS):
        norm, offset = _unpack(data, offset, NORM_ARRAYS, f"norms[{i}].")
        _check_moments(norm, f"norms[{i}].")
        fields["norms"].append(norm)
    for i in range(UNITS):
        unit, offset = _unpack(data, offset, UNIT_ARRAYS, f"units[{i}].")
        fields["units"].append(unit)
    decoder, offset = _unpack(data, offset, DECODER_ARRAYS)
    fields.update(decoder)
    if offset != len(data) or data[31]:
        raise ValueError(f"{path}: wrong size or reserved bytes")
    return fields
