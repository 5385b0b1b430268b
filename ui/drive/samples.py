"""Files to be sent: pictures, documents, films and sounds that are like no others."""

import random
import struct
import subprocess
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, width, height, rows):
    """A PNG picture of rows of red, green and blue."""
    data = b"".join(b"\0" + bytes(row) for row in rows)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def picture(path, width=640, height=400):
    """Evening sky over water, and a strip that is like no other picture; a piece of its rows, in the orders of memory."""
    chance, rows = random.Random(7), []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            sky = y < height * 2 // 3
            near = (x - 430) ** 2 + (y - 120) ** 2 < 1_300
            row += bytes((255, 244, 214) if near else (236 - y // 4, 196 - y // 8, 168 + y // 8) if sky else (28, 62 + y // 16, 84))
        if y >= height - 4:
            row = bytearray(chance.randbytes(3 * width))
        rows.append(row)
    write_png(path, width, height, rows)
    points = [bytes(rows[-2][at:at + 3]) for at in range(600, 648, 3)]
    return [b"".join(points), b"".join(point + b"\xff" for point in points),
            b"".join(point[::-1] + b"\xff" for point in points)]


def document(path, pages=3):
    """A PDF of some pages with a heading each."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", None, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"]
    kids = []
    for number in range(1, pages + 1):
        text = f"BT /F1 28 Tf 60 740 Td (Fourth quarter, page {number}) Tj ET 0.07 0.37 0.47 rg 60 700 360 6 re f"
        objects.append(f"<< /Length {len(text)} >>\nstream\n{text}\nendstream")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {pages} >>"
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    path.write_bytes(body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} "
                     f"/Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode())


def film(path):
    """A minute of red and a minute of blue, with noise to be heard: where it stands can be seen from outside."""
    colours = []
    for colour in ("red", "blue"):
        colours += ["videotestsrc", f"pattern={colour}", "num-buffers=600", "!",
                    "video/x-raw,width=320,height=180,framerate=10/1", "!", "together."]
    subprocess.run(["gst-launch-1.0", "-q", "concat", "name=together", "!", "vp8enc", "deadline=1", "keyframe-max-dist=10",
                    "!", "webmmux", "name=file", "!", "filesink", f"location={path}", *colours,
                    "audiotestsrc", "wave=white-noise", "volume=0.1", "num-buffers=5170", "!",
                    "audio/x-raw,rate=44100,channels=1", "!", "vorbisenc", "!", "file."], check=True)


def spoilt(path, of):
    """A sound of a kind that nothing here can play."""
    data = bytearray(of.read_bytes())
    data[20:22] = b"\x34\x12"
    path.write_bytes(data)


def sound(path):
    """A minute of noise: larger files wait for an answer."""
    subprocess.run(["gst-launch-1.0", "-q", "audiotestsrc", "wave=white-noise", "volume=0.1", "num-buffers=2590", "!",
                    "audio/x-raw,format=S16LE,rate=44100,channels=1", "!", "wavenc", "!", "filesink", f"location={path}"],
                   check=True)
