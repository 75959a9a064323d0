"""The retail sample: the opening of a chapter, cut where the narrator pauses and faded out."""

from __future__ import annotations

import warnings

import numpy as np
import soundfile

from pipeline.materials import Master

SAMPLE_S = 180  # ACX: 5 minutes or less
SEARCH_S = 20.0  # how far before the limit a pause is looked for
PAUSE_MS = 300
QUIET_DBFS = -50  # room tone is 20 dB below, speech 20 dB above
STEP_MS = 10
FADE_MS = 250


def opening(master: Master, longest_s: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """The first ``longest_s`` seconds of a master or less: cut in the middle of the last pause before that.

    Where nobody pauses for `SEARCH_S` seconds, it is cut at the limit.

    Returns:
        ``[frames, channels]`` int16 at the master's rate; the whole master if it is no longer than that.
    """
    frames = longest_s * master.rate_hz
    with soundfile.SoundFile(master.path) as sound:
        samples = sound.read(frames, dtype="int16", always_2d=True)
        if sound.frames <= frames:
            return np.asarray(samples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg on the PATH; it gets samples from us
        from pydub import AudioSegment
        from pydub.silence import detect_silence
    segment = AudioSegment(samples.tobytes(), sample_width=2, frame_rate=master.rate_hz, channels=master.channels)
    searched = segment[-round(1000 * SEARCH_S) :]
    pauses = detect_silence(searched, PAUSE_MS, QUIET_DBFS, STEP_MS)
    if pauses:
        start, end = pauses[-1]
        segment = segment[: len(segment) - len(searched) + (start + end) // 2]
    faded = np.frombuffer(segment.fade_out(FADE_MS).raw_data, np.int16)
    return faded.reshape(-1, master.channels)
