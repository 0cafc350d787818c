"""WAV files: writing a tone, and telling what a recording holds by the Goertzel algorithm."""

import math
import pathlib
import struct
import wave


def read(file: pathlib.Path) -> tuple[list[int], int]:
    """Samples (16-bit, first channel) and their rate. A file still being written has no length in its header yet."""
    data = file.read_bytes()
    with wave.open(str(file)) as recording:
        rate, channels = recording.getframerate(), recording.getnchannels()
    body = data[data.index(b"data") + 8:]
    samples = struct.unpack(f"<{len(body) // 2}h", body[:len(body) // 2 * 2])
    return list(samples[::channels]), rate


def last(recording: tuple[list[int], int], seconds: float) -> tuple[list[int], int]:
    """Its end: what was heard once all was steady, without how it began."""
    samples, rate = recording
    return samples[-round(seconds * rate):], rate


def write(file: pathlib.Path, hertz: float, seconds: float, rate: int = 8000) -> None:
    """A sine tone at half of full scale, 16-bit mono."""
    samples = (round(16384 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(int(seconds * rate)))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", s) for s in samples))


def of_pcmu(octets: bytes) -> list[int]:
    """G.711 µ-law as 16-bit samples."""
    samples = []
    for octet in octets:
        exponent, mantissa = (~octet >> 4) & 7, ~octet & 15
        size = (((mantissa << 3) + 132) << exponent) - 132
        samples.append(size if octet & 0x80 else -size)
    return samples


def level(samples: list[int]) -> float:
    """Root mean square, 0…32768."""
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


def share_of_tone(samples: list[int], rate: int, hertz: float) -> float:
    """How much of the energy is at `hertz`: near 1 for that pure tone, near 0 for noise, silence or another tone."""
    energy = sum(s * s for s in samples)
    if not energy:
        return 0.0
    block = rate // 5
    shares = []
    for start in range(0, len(samples) - block, block):
        part = samples[start:start + block]
        total = sum(s * s for s in part)
        if total < 1000 * block:
            continue
        coefficient = 2 * math.cos(2 * math.pi * hertz / rate)
        before = now = 0.0
        for s in part:
            before, now = now, s + coefficient * now - before
        power = now * now + before * before - coefficient * now * before
        shares.append(2 * power / (block * total))
    return sum(shares) / len(shares) if shares else 0.0
