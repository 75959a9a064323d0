"""How good speech sounds: DNSMOS P.835, by the model inside the package speechmos.

Reddy et al., "DNSMOS P.835: a non-intrusive perceptual objective speech quality metric to evaluate noise suppressors"
(ICASSP 2022). The model hears 9.01 s at 16 kHz; its raw answers go through the published polynomials. Only the file
is used: the package itself wants libraries that it does not declare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.resampling import resample
from pipeline.audio.sound import Samples, Sound
from pipeline.hearing import Quality
from pipeline.hearing.onnx import Model, packaged_model

DISTRIBUTION, PACKAGE, FILE = "speechmos", "speechmos", "dnsmos_models/sig_bak_ovr.onnx"
SHA256 = "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd"

RATE_HZ = 16_000
LENGTH = 144_160  # 9.01 s
STRIDE_S = 5  # published: 1 s, at five times the cost
SIGNAL = (-0.08397278, 1.22083953, 0.0052439)  # of x², x and 1, published with the model
BACKGROUND = (-0.13166888, 1.60915514, -0.39604546)
OVERALL = (-0.06766283, 1.11546468, 0.04602535)


class QualityModel:
    """The loaded model.

    Raises:
        MissingError: the package is not installed, or its file is another.
    """

    def __init__(self) -> None:
        self._model = Model(packaged_model(DISTRIBUTION, PACKAGE, FILE, SHA256))

    def judge(self, sound: Sound) -> Quality:
        """The quality of a take, a mean over its windows."""
        samples = np.clip(np.nan_to_num(resample(sound, RATE_HZ).samples), -1.0, 1.0)
        answers = np.concatenate([self._model(window[None]) for window in windows(samples)])  # [windows, 3]
        return Quality(*(float(np.polyval(curve, answers[:, column]).mean()) for column, curve in enumerate(CURVES)))


CURVES = (SIGNAL, BACKGROUND, OVERALL)


def windows(samples: Samples) -> NDArray[np.float32]:
    """``[windows, 144160]``: a take shorter than one is repeated; the last one ends with the take."""
    if len(samples) < LENGTH:
        return np.resize(samples if len(samples) else np.zeros(1, np.float32), LENGTH)[None]
    starts = list(range(0, len(samples) - LENGTH + 1, STRIDE_S * RATE_HZ))
    if len(samples) - LENGTH - starts[-1] >= RATE_HZ:
        starts.append(len(samples) - LENGTH)
    return np.stack([samples[start : start + LENGTH] for start in starts])
