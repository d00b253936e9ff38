"""Writes the golden numbers of InitialWeightsTests: the formulas of StableRandom once more, with Python's own logarithm.

python3 initial_weights.py SEED NAME PART DEVIATION COUNT   prints COUNT weights as float32.
"""
import math
import struct
import sys

ALL = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def finalized(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & ALL
    return z ^ (z >> 31)


def mixed(z):
    return finalized((z + GOLDEN) & ALL)


def rotated(x, k):
    return ((x << k) | (x >> (64 - k))) & ALL


def bits(seed, name, part):
    state = mixed(seed & ALL)
    for letter in name:
        state = mixed(state ^ ord(letter))
    state = mixed(state ^ part)
    words = []
    for _ in range(4):
        state = (state + GOLDEN) & ALL
        words.append(finalized(state))
    a, b, c, d = words
    while True:
        yield (rotated((b * 5) & ALL, 7) * 9) & ALL
        shifted = (b << 17) & ALL
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotated(d, 45)


def normals(stream):
    while True:
        u, v = ((next(stream) >> 11) * 2.0**-52 - 1 for _ in range(2))
        square = u * u + v * v
        if 0 < square < 1:
            factor = math.sqrt(-2 * math.log(square) / square)
            yield u * factor
            yield v * factor


def float32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


if __name__ == "__main__":
    seed, name, part, deviation, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    numbers = normals(bits(seed, name, part))
    print(", ".join(f"{float32(float32(deviation) * next(numbers)):.9g}f" for _ in range(count)))
