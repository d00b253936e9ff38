"""Makes the .npy files of this folder with numpy: python3 make_reference.py (made with numpy 1.24.2)."""
import numpy
from numpy.lib import format as npy

for name in ("float32", "float64", "int64", "int32", "uint8", "bool"):
    values = (numpy.arange(24).reshape(2, 3, 4) - (0 if name == "uint8" else 5)) * (0.5 if name.startswith("float") else 1)
    numpy.save(f"{name}.npy", values.astype(name))
numpy.save("single.npy", numpy.float32(2.5))
numpy.save("vector.npy", numpy.array([1, 2, 3], numpy.int64))
numpy.save("empty.npy", numpy.zeros((0, 7), numpy.float32))
with open("version2.npy", "wb") as f:
    npy.write_array(f, numpy.arange(3, dtype=numpy.float32), version=(2, 0))
numpy.save("fortran.npy", numpy.asfortranarray(numpy.arange(6, dtype=numpy.float32).reshape(2, 3)))
numpy.save("float16.npy", numpy.arange(3, dtype=numpy.float16))
numpy.save("big_endian.npy", numpy.arange(3, dtype=">f4"))
numpy.save("structured.npy", numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
