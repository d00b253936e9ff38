"""Makes the reference files of this folder with Pillow and numpy: pictures in every format, what Pillow reads from them, and what
Pillow's resize gives. Run it in this folder: python3 make_reference.py (made with Pillow 9.4.0, numpy 1.24.2)."""
import struct
import numpy
from PIL import Image, ImageOps

W, H = 61, 47


def picture(width, height, seed):
    """Smooth colours with some noise and one hard edge: what photos have."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    noise = numpy.random.RandomState(seed).uniform(-20, 20, (height, width, 3))
    colours = numpy.stack([255 * x / width, 255 * y / height, 127 + 100 * numpy.sin((x + y) / 6)], axis=2) + noise
    colours[height // 3: height // 2, width // 4: width // 2] = (250, 10, 30)
    return Image.fromarray(numpy.clip(colours, 0, 255).astype(numpy.uint8), "RGB")


def save(name, image):
    numpy.save(name, numpy.asarray(image.convert("RGB")))


def over(image, background):
    """Opacity by the rule of this library: (c * a + b * (255 - a) + 127) / 255."""
    rgba = numpy.asarray(image.convert("RGBA")).astype(int)
    colour, opacity = rgba[..., :3], rgba[..., 3:]
    return ((colour * opacity + numpy.array(background) * (255 - opacity) + 127) // 255).astype(numpy.uint8)


def bmp(name, width, height, bits, compression, pixels, palette=b"", extra=b"", header=40):
    offset = 14 + 40 + len(extra) + len(palette)
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(pixels), 2835, 2835, len(palette) // 4, 0)
    with open(name, "wb") as f:
        f.write(b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + info + extra + palette + pixels)


source = picture(W, H, 1)
source.save("source.png")

# resizing
for filter_name, filter_kind in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
    for width, height in ((20, 15), (61, 16), (17, 47), (128, 100), (60, 46), (5, 1)):
        save(f"{filter_name}_{width}x{height}.npy", source.resize((width, height), filter_kind))

# formats that keep every value
small = picture(24, 18, 2)
save("small.npy", small)
small.save("rgb.png")
small.save("rgb.tif", compression="tiff_lzw")
small.save("rgb.bmp")
small.save("lossless.webp", lossless=True)
small.quantize(16).save("palette.bmp")
save("palette_bmp.npy", Image.open("palette.bmp"))
small.convert("L").save("grey.png")
save("grey.npy", small.convert("L"))
small.convert("1").save("bilevel.png")
small.convert("1").save("bilevel.bmp")
small.convert("1").save("bilevel.tif", compression="group4")
save("bilevel.npy", small.convert("1"))
frames = [small.quantize(32), picture(24, 18, 3).quantize(32)]
frames[0].save("animated.gif", save_all=True, append_images=frames[1:])
save("animated.npy", Image.open("animated.gif"))

# opacity
opacity = Image.fromarray((numpy.arange(24 * 18).reshape(18, 24) * 255 // (24 * 18 - 1)).astype(numpy.uint8), "L")
transparent = small.copy()
transparent.putalpha(opacity)
transparent.save("transparent.png")
numpy.save("transparent_white.npy", over(transparent, (255, 255, 255)))
numpy.save("transparent_red.npy", over(transparent, (255, 0, 0)))
bgra = numpy.asarray(transparent)[::-1, :, [2, 1, 0, 3]].tobytes()
bmp("transparent.bmp", 24, 18, 32, 3, bgra, header=108, extra=struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + b"\0" * 48)

# 16 bits a sample: the upper byte counts
deep = (numpy.asarray(small.convert("L")).astype(numpy.uint16) << 8) | 0x00C3
Image.fromarray(deep, "I;16").save("grey16.png")
Image.fromarray(deep, "I;16").save("grey16.tif")

# bitmaps that Pillow does not write
rgb = numpy.asarray(small)
top_down = rgb[:, :, ::-1].tobytes()
bmp("top_down.bmp", 24, -18, 24, 0, top_down)
r5, g6, b5 = (rgb[..., 0] >> 3).astype(int), (rgb[..., 1] >> 2).astype(int), (rgb[..., 2] >> 3).astype(int)
bmp("565.bmp", 24, 18, 16, 3, ((r5 << 11 | g6 << 5 | b5).astype("<u2"))[::-1].tobytes(), extra=struct.pack("<3I", 0xF800, 0x07E0, 0x001F))
numpy.save("565_bmp.npy", numpy.stack([r5 * 255 // 31, g6 * 255 // 63, b5 * 255 // 31], axis=2).astype(numpy.uint8))
grey = bytes(v for i in range(256) for v in (i, i, i, 0))
# 4 x 3, bottom row first: a run of four 10s; a plain run 1 2 3 (filled up to 4 bytes), end of row; jump one right, 9, end of picture
bmp("run8.bmp", 4, 3, 8, 1, bytes([4, 10, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 1, 0, 1, 9, 0, 1]), palette=grey)
numpy.save("run8_bmp.npy", numpy.repeat(numpy.array([[0, 9, 0, 0], [1, 2, 3, 0], [10, 10, 10, 10]], numpy.uint8)[..., None], 3, axis=2))
bmp("run4.bmp", 5, 1, 4, 2, bytes([3, 0x12, 2, 0x30, 0, 1]), palette=grey[: 64])
numpy.save("run4_bmp.npy", numpy.repeat(numpy.array([[1, 2, 1, 3, 0]], numpy.uint8)[..., None], 3, axis=2))

# JPEG: what libjpeg reads, with and without its chroma upsampling; grey; CMYK; orientation
for name, options in (("444.jpg", {"subsampling": 0}), ("420.jpg", {"subsampling": 2}), ("progressive.jpg", {"progressive": True})):
    source.save(name, quality=85, **options)
    save(name.replace(".jpg", "_jpg.npy"), Image.open(name))
small.convert("L").save("grey.jpg", quality=90)
save("grey_jpg.npy", Image.open("grey.jpg"))
small.convert("CMYK").save("cmyk.jpg", quality=95, subsampling=0)
save("cmyk_jpg.npy", Image.open("cmyk.jpg"))
small.save("lossy.webp", quality=80)
save("lossy_webp.npy", Image.open("lossy.webp"))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    small.save(f"orientation{orientation}.jpg", quality=90, subsampling=0, exif=exif)
    save(f"orientation{orientation}_jpg.npy", ImageOps.exif_transpose(Image.open(f"orientation{orientation}.jpg")))

# torchvision's Resize(30) and CenterCrop(24), by its formulas
long_side = int(30 * W / H)
resized = source.resize((long_side, 30), Image.BILINEAR)
left, top = int(round((long_side - 24) / 2.0)), int(round((30 - 24) / 2.0))
save("shortest30_crop24.npy", resized.crop((left, top, left + 24, top + 24)))
