"""8-bit PNG files through zlib alone, so that the bytes depend on nothing but the pixels."""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def write(path, pixels):
    """Writes uint8 pixels, height x width (grey) or height x width x 3 (RGB)."""
    pixels = np.ascontiguousarray(pixels, dtype=np.uint8)
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    filtered = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", width, height, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(SIGNATURE + chunk(b"IHDR", header)
                   + chunk(b"IDAT", zlib.compress(filtered, 9)) + chunk(b"IEND", b""))


def read(path):
    """Reads an 8-bit, non-interlaced grey or RGB PNG (alpha dropped): uint8, H x W or H x W x 3."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != SIGNATURE:
        raise ValueError(f"{path}: not a PNG")
    position, packed, header = 8, b"", None
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        body = data[position + 8:position + 8 + length]
        position += 12 + length
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    width, height, depth, colour, _, _, interlace = header
    if depth != 8 or interlace or colour not in CHANNELS:
        raise ValueError(f"{path}: only 8-bit, non-interlaced grey or RGB is read here")
    channels = CHANNELS[colour]
    stride = width * channels
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, stride + 1)
    rows = np.zeros((height + 1, stride + channels), np.int64)  # zero row above, zero pixel left
    for y in range(height):
        _unfilter(int(raw[y, 0]), raw[y, 1:].astype(np.int64), rows, y + 1, channels)
    pixels = rows[1:, channels:].astype(np.uint8).reshape(height, width, channels)
    if channels in (2, 4):
        pixels = pixels[:, :, :-1]
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def _unfilter(kind, line, rows, y, channels):
    up, current = rows[y - 1], rows[y]
    if kind == 0:
        current[channels:] = line
    elif kind == 2:
        current[channels:] = (line + up[channels:]) & 255
    elif kind == 1:
        for c in range(channels):
            current[channels + c::channels] = np.cumsum(line[c::channels]) & 255
    elif kind in (3, 4):
        for i in range(channels, len(current)):
            a, b, c = int(current[i - channels]), int(up[i]), int(up[i - channels])
            if kind == 3:
                guess = (a + b) // 2
            else:
                p = a + b - c
                pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
                guess = a if pa <= pb and pa <= pc else b if pb <= pc else c
            current[i] = (int(line[i - channels]) + guess) & 255
    else:
        raise ValueError("unknown PNG filter")
