"""The sound check: before its first take every voice reads a fixed passage, by which its takes are judged later.

The wording is our own. Each passage has eight lines of 4 to 25 words, statements and a question, with all common
sounds of its language, and lasts 40 to 50 s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from pipeline.booth.expecting import VoiceReference
from pipeline.booth.listening import NEAR_SILENCE_DBFS, QUIET_FLOOR_DB, measure_take, semitones
from pipeline.engines import Rendition
from pipeline.errors import EngineError
from pipeline.hearing import Heard, Quality
from pipeline.languages import primary

OUTLYING = 0.15  # of a line's similarity under the median line's
USUAL_LEVEL_DBFS = -20.0
QUIET_FLOOR_DBFS = USUAL_LEVEL_DBFS + QUIET_FLOOR_DB

PASSAGES = {
    "en": (
        "The kettle had just boiled.",
        "Who left the garden gate open again?",
        "Before breakfast, Judith measured the flour, chose a fresh lemon, and put both on the yellow tray.",
        "Nobody could say why the old ferry was late that Thursday, though the river was calm and the air was clear "
        "from shore to shore.",
        "He thought about it for a long while, and then he shook his head.",
        "Five good horses grazed under the beech trees, where the path bends south toward the village church.",
        "Turn the page slowly; the pictures are older than this house.",
        "A joyful noise of voices and bells came up the valley, and for an hour we did nothing but listen.",
    ),
    "de": (
        "Der Kaffee war noch heiß.",
        "Wer hat denn schon wieder das Fenster aufgemacht?",
        "Am frühen Morgen holte Jakob zwei Körbe Äpfel, ein großes Brot und etwas Käse aus der Küche.",
        "Niemand wusste, weshalb die alte Fähre an diesem Donnerstag so spät kam, obwohl der Fluss ruhig war und "
        "über den Wiesen kein Nebel mehr lag.",
        "Sie überlegte eine Weile und schüttelte dann den Kopf.",
        "Fünf junge Pferde standen unter den Buchen, dort, wo der schmale Weg zur Kirche hinüberführt.",
        "Blättere langsam um; diese Bilder sind älter als unser Haus.",
        "Von weitem hörte man Glocken und fröhliche Stimmen, und eine Stunde lang taten wir nichts als zuhören.",
    ),
    "es": (
        "El café todavía estaba caliente.",
        "¿Quién ha vuelto a dejar abierta la puerta del jardín?",
        "Muy temprano, Julia pesó la harina, eligió un limón fresco y lo puso todo en la bandeja amarilla.",
        "Nadie sabía por qué el viejo barco llegaba tarde aquel jueves, aunque el río estaba tranquilo y el aire "
        "era claro de orilla a orilla.",
        "Lo pensó durante un buen rato y luego negó con la cabeza.",
        "Cinco caballos jóvenes pastaban bajo los robles, donde el camino gira hacia la pequeña iglesia del pueblo.",
        "Pasa la página despacio; estas fotos son más viejas que la casa.",
        "Un ruido alegre de voces y campanas subía por el valle, y una hora entera no hicimos más que escuchar.",
    ),
    "fr": (
        "Le café était encore bien chaud.",
        "Qui a encore laissé la porte du jardin ouverte ?",
        "De bon matin, Juliette pesa la farine, choisit un citron bien frais et posa le tout sur le plateau jaune.",
        "Personne ne savait pourquoi le vieux bac avait du retard ce jeudi-là, alors que la rivière était calme et "
        "les champs sans brouillard.",
        "Il réfléchit un long moment, puis il secoua la tête en souriant un peu.",
        "Cinq jeunes chevaux broutaient sous les chênes, à l'endroit où le chemin tourne vers l'église du village.",
        "Tournez la page doucement ; ces images sont plus vieilles que notre maison.",
        "Un bruit joyeux de voix et de cloches montait de la vallée, et nous n'avons rien fait d'autre qu'écouter.",
    ),
    "it": (
        "Il caffè era ancora caldo.",
        "Chi ha lasciato di nuovo aperto il cancello del giardino?",
        "Di buon mattino Giulia pesò la farina, scelse un limone fresco e mise tutto sul vassoio giallo.",
        "Nessuno sapeva perché il vecchio traghetto fosse in ritardo quel giovedì, benché il fiume fosse tranquillo "
        "e sui campi non ci fosse più nebbia.",
        "Ci pensò sopra per un po' e poi scosse la testa.",
        "Cinque giovani cavalli pascolavano sotto le querce, dove il sentiero gira verso la piccola chiesa.",
        "Volta pagina piano; queste figure sono più vecchie della nostra casa.",
        "Un rumore allegro di voci e campane saliva dalla valle, e per un'ora non facemmo altro che ascoltare.",
    ),
    "pt": (
        "O café ainda estava quente.",
        "Quem deixou outra vez aberto o portão do jardim?",
        "De manhã cedo, a Júlia pesou a farinha, escolheu um limão fresco e pôs tudo na bandeja amarela.",
        "Ninguém sabia por que a velha barca vinha tão tarde naquela quinta-feira, embora o rio estivesse calmo e já "
        "não houvesse nevoeiro nos campos.",
        "Ele pensou nisso um bom bocado e depois abanou a cabeça.",
        "Cinco cavalos jovens pastavam debaixo dos carvalhos, onde o caminho vira para a pequena igreja.",
        "Vire a página devagar; estas imagens são mais velhas do que a casa.",
        "Um som alegre de vozes e de sinos subia do vale, e durante uma hora não fizemos senão escutar.",
    ),
}
"""By primary language."""


def passage(language: str) -> tuple[str, ...] | None:
    """The lines of a language's sound check; None where there is no passage.

    Args:
        language: BCP 47 tag.
    """
    return PASSAGES.get(primary(language))


def reference_from(
    lines: Sequence[tuple[float, Rendition]], heard: Sequence[Heard], own: Heard | None = None
) -> VoiceReference:
    """How a voice sounds, from its reading of the passage. Medians throughout: one bad line of eight spoils nothing.

    Args:
        lines: estimated seconds and rendition of each line that was read; may be empty where there is no passage.
        heard: what the ears found of each, in the same order.
        own: what they found of the engine's own reference sound: its embedding is the voice by definition.

    Raises:
        EngineError: none of the lines has speech in it.
    """
    measured = [(estimate_s, measure_take(rendition)) for estimate_s, rendition in lines]
    spoken = [
        (estimate_s, take, ears)
        for (estimate_s, take), ears in zip(measured, heard, strict=True)
        if take.finite and take.active_dbfs > NEAR_SILENCE_DBFS and take.speech_s > 0
    ]
    if lines and not spoken:
        raise EngineError(
            "the voice says nothing at its sound check", next_step="try the voice with: chapterhouse voices"
        )
    takes = [take for _, take, _ in spoken]
    paces = [math.log(take.read_s / estimate_s) for estimate_s, take, _ in spoken]
    pitches = [take.pitch_hz for take in takes if take.pitch_hz]
    pitch_hz = median(pitches) if pitches else None
    vectors = [ears.voice for _, _, ears in spoken if ears.voice is not None]
    embedding = own.voice if own and own.voice is not None else middle_voice(vectors)
    return VoiceReference(
        pace=math.exp(median(paces)) if paces else 1.0,
        pace_spread=_spread(paces),
        pitch_hz=pitch_hz,
        pitch_spread=_spread([semitones(hz, pitch_hz) for hz in pitches]) if pitch_hz else 0.0,
        level_dbfs=median(take.active_dbfs for take in takes) if takes else USUAL_LEVEL_DBFS,
        noise_floor_dbfs=median(take.noise_floor_dbfs for take in takes) if takes else QUIET_FLOOR_DBFS,
        embedding=embedding,
        similarity=_own_similarity(vectors, embedding),
        quality=_quality([ears.quality for _, _, ears in spoken if ears.quality]) or (own.quality if own else None),
        uncertainty=_median_or_none([take.uncertainty for take in takes if take.uncertainty is not None]),
        lines=len(takes),
    )


def middle_voice(vectors: Sequence[Sequence[float]]) -> tuple[float, ...] | None:
    """The mean of the embeddings that agree, length 1: those no farther from the most central one than is usual."""
    if not vectors:
        return None
    stacked = np.asarray(vectors, np.float64)  # [lines, 256]
    centre = stacked[int(np.argmax(np.median(stacked @ stacked.T, axis=1)))]
    near = stacked @ centre
    kept = stacked[near >= np.median(near) - OUTLYING]
    mean = kept.mean(axis=0)
    return tuple(float(value) for value in mean / np.linalg.norm(mean))


def _own_similarity(vectors: Sequence[Sequence[float]], embedding: Sequence[float] | None) -> float | None:
    """The lowest similarity of a line to the embedding, without lines that stand apart from the others."""
    if not vectors or embedding is None:
        return None
    found = np.asarray(vectors, np.float64) @ np.asarray(embedding, np.float64)
    return float(found[found >= np.median(found) - OUTLYING].min())


def _spread(values: Sequence[float]) -> float:
    """Standard deviation by the median absolute deviation (1.4826 times it, for a normal distribution)."""
    if len(values) < 2:
        return 0.0
    middle = median(values)
    return 1.4826 * median(abs(value - middle) for value in values)


def _quality(found: Sequence[Quality]) -> Quality | None:
    if not found:
        return None
    return Quality(
        median(quality.signal for quality in found),
        median(quality.background for quality in found),
        median(quality.overall for quality in found),
    )


def _median_or_none(values: Sequence[float]) -> float | None:
    return median(values) if values else None
