"""Every delivery profile. Each figure has its source and the date it was read; figures of our own say why."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Literal, get_args

from pipeline.errors import InputError
from pipeline.profiles.chain import CLEAN, GENTLE, NONE, VOICE, Chain
from pipeline.profiles.profile import Codec, EncodingRule, Limit, NameRule, Profile, Source

ProfileName = Literal[
    "acx", "audiobook", "librivox",
    "podcast-apple", "podcast-spotify", "podcast-mono",
    "ebu-r128", "atsc-a85", "archive", "custom",
]  # fmt: skip
"""What a production file may name; ``custom`` has its own figures there."""

ChainName = Literal["voice", "gentle", "clean", "none"]
CHAINS: Mapping[ChainName, Chain] = {"voice": VOICE, "gentle": GENTLE, "clean": CLEAN, "none": NONE}


def ours(reason: str) -> Source:
    """The source of a figure of our own."""
    return Source(f"ours: {reason}")


ACX = Source(
    "ACX audio submission requirements",
    "help.acx.com/s/article/what-are-the-acx-audio-submission-requirements; its figures also as quoted at "
    "audio-dubcheck.com/specs/acx",
    "2026-11-24",
)
ACX_OLDER = Source(
    "ACX audio submission requirements, older full text: all mono or all stereo, not joint stereo, mono recommended",
    "acx-horizonte.audible.com/help/rules-for-audiobook-production/200485520",
    "2026-11-24",
)
ACX_NAMES = Source(
    "ACX blog, File Management with Alex the Audio Scientist, 2015-11-18: section number first, then the section's "
    "name; letters, digits, dashes and underscores (the requirements' own paragraph on file names was not readable)",
    "blog.acx.com/2015/11/18/file-management-with-alex-the-audio-scientist",
    "2026-11-24",
)
ACX_SILENCE = ours(
    "ACX wants room tone and no absolute digital silence (secondary: voicework.me and chapterpass.com, read "
    "2026-11-24) and gives no length; a tenth of a second of equal zeros is inserted, not recorded"
)
INAUDIO = Source(
    "Findaway Voices, now Voices by INaudio, the audiobook mastering guide: RMS, peak and noise floor as ACX, MP3 of "
    "192 kbps or FLAC, chapters and credits as their own files (figures partly through chapterpass.com)",
    "blog.findawayvoices.com/the-audiobook-mastering-guide",
    "2026-11",
)
GOOGLE = Source(
    "Google Play Books, audiobook files: MP3 and AAC at 128 kbps or more for mono, 256 for stereo, constant rate "
    "preferred; FLAC and WAV of 16 bits at 44.1 kHz or more",
    "support.google.com/books/partner/answer/3424254 (read in Portuguese and Chinese)",
    "2026-11-24",
)
APPLE_BOOKS = Source(
    "Apple Audiobook Specification 5.3.5: a track is shorter than 23 hours, of one sampling rate, bit rate and "
    "number of channels; constant bit rate",
    "help.apple.com/itc/audiobooksspec",
    "2026-11-24",
)
LIBRIVOX = Source(
    "LibriVox wiki, Tech Specs: MP3 of 128 kbps constant, 44.1 kHz, mono; about 89 dB, in newer revisions -16 to -21 "
    "LUFS; no clipping",
    "wiki.librivox.org/index.php/Tech_Specs",
    "2026-11-24",
)
LIBRIVOX_SILENCE = Source(
    "LibriVox readers' practice: 0.5 to 1 s of silence before, 5 s after (secondary)",
    "wiki.audtip.org, post process audio; LibriVox wiki through others",
    "2026-11-24",
)
APPLE_PODCASTS = Source(
    "Apple Podcasts, audio requirements: MP3 of 64 kbps or more for stereo (128 to 256 recommended), 32 for mono (96 "
    "to 128); WAV and FLAC in two channels, 16 or 24 bits, from 44.1 kHz",
    "podcasters.apple.com/support/893-audio-requirements (read in German and French)",
    "2026-11-24",
)
APPLE_LOUDNESS = Source(
    "Apple Podcasts, audio requirements: overall loudness about -16 dB LKFS, +/- 1 dB, true peak not above -1 dB FS "
    "(secondary: the sentence itself was not readable)",
    "upliftorch.com and coharmonify.com, both quoting podcasters.apple.com/support/893",
    "2026-11-24",
)
SPOTIFY = Source(
    "Spotify for Artists, loudness normalisation: playback at -14 LUFS, true peak below -1 dB, below -2 dB for "
    "masters louder than that (secondary)",
    "softube.com, mastering for Spotify, quoting it",
    "2026-11-24",
)
SPOTIFY_FILES = Source(
    "Spotify podcasts: MP3 of 96 to 320 kbps, M4A, WAV; 44.1 or 48 kHz (secondary: its own text was not readable)",
    "xconvert.com and changethisfile.com, quoting Spotify's help",
    "2026-11-24",
)
R128 = Source(
    "EBU R 128 v4 (2020): -23.0 LUFS, +/- 0.2 LU in quality control (+/- 1.0 in production), "
    "true peak -1 dBTP; Tech 3343 (2023) section 3",
    "tech.ebu.ch/publications/r128",
    "2026-11-24",
)
R128_S1 = Source(
    "EBU R 128 s1, programmes under 60 s: short-term loudness not above -18.0 LUFS; Tech 3343 (2023) section 9.1",
    "tech.ebu.ch/news/2014/12/10",
    "2026-11-24",
)
A85 = Source(
    "ATSC A/85:2013, delivery or exchange of content without metadata: -24 LKFS, +/- 2 dB (secondary)",
    "tvtechnology.com, how to make your loudness comply",
    "2026-11-24",
)
A85_PEAK = Source(
    "ATSC A/85:2013: true peak below -2 dB TP (secondary)", "apu.software/atsc-a85-us-tv-loudness", "2026-11-24"
)
IASA = Source(
    "IASA-TC 03 section 10: at least 48 kHz and 24 bits; 96 kHz widely adopted; WAV (BWF)",
    "iasa-web.org/tc03/10-digital-target-formats-and-resolution",
    "2026-11-24",
)

NUMBERS_ONLY = Limit(None, 0, ours("NaN and infinity are no sound; players mute, crackle or refuse"))
ROOM_TONE_ONLY = Limit(None, 0.1, ACX_SILENCE)
ACX_SAMPLE = Limit(
    None,
    300.0,
    Source(
        "ACX audio submission requirements: a retail sample of 5 minutes or less",
        ACX.where.partition(" (")[0],
        ACX.read,
    ),
)
LINEAR_RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)
VOICE_OVERSHOOT = "MP3 overshoots by less than 0.3 dB on voice (measured, 192 and 320 kbps)"

PROFILE_ACX = Profile(
    name="acx",
    summary="ACX and Audible: RMS, not loudness; one MP3 a section",
    measure="rms_dbfs",
    target=-20.0,
    tolerance=0.5,
    target_source=ours(
        "near the middle of ACX's window of RMS, and half a dB keeps the files of a book equally loud"
    ),
    ceiling_dbtp=-3.0,
    ceiling_source=Source(
        f"{ACX.title}; it says peak values, we hold the true peak, which is never lower", ACX.where, ACX.read
    ),
    limiter_dbtp=-3.3,
    limiter_source=ours(VOICE_OVERSHOOT),
    rate_hz=44100,
    channels=1,
    bits=16,
    format_source=Source(f"{ACX.title}; {ACX_OLDER.title}; 16 bits are ours", ACX_OLDER.where, ACX_OLDER.read),
    chain=VOICE,
    limits={
        "rms_dbfs": Limit(-23.0, -18.0, ACX),
        "sample_peak_dbfs": Limit(None, -3.0, ACX),
        "noise_floor_dbfs": Limit(None, -60.0, ACX),
        "head_s": Limit(0.5, 1.0, ACX),
        "tail_s": Limit(1.0, 5.0, ACX),
        "seconds": Limit(None, 120 * 60.0, ACX),
        "longest_digital_silence_s": ROOM_TONE_ONLY,
        "invalid_samples": NUMBERS_ONLY,
    },
    encodings={
        "mp3": EncodingRule(
            "mp3",
            Source(f"{ACX.title}; {ACX_OLDER.title}", f"{ACX.where}; {ACX_OLDER.where}", ACX.read),
            rates_hz=(44100,),
            channels=(1, 2),
            least_kbps=192,
            constant=True,
            plain_stereo=True,
        )
    },
    names=NameRule(
        r"[0-9]{2,}_[A-Za-z0-9_-]+\.[A-Za-z0-9]+",
        "a number, _, then letters, digits, - and _: 01_Chapter-One.mp3",
        ACX_NAMES,
    ),
    alike=ACX_OLDER,
)

PROFILE_AUDIOBOOK = Profile(
    name="audiobook",
    summary="Apple Books, Google Play, Kobo and Voices by INaudio: the strictest of what they ask",
    measure="rms_dbfs",
    target=-20.0,
    tolerance=0.5,
    target_source=ours("near the middle of INaudio's window of RMS; the other receivers name no level"),
    ceiling_dbtp=-3.0,
    ceiling_source=INAUDIO,
    limiter_dbtp=-3.3,
    limiter_source=ours(f"{VOICE_OVERSHOOT}; AAC is measured on the file and mastered lower where it must be"),
    rate_hz=44100,
    channels=1,
    bits=16,
    format_source=Source(f"{GOOGLE.title}; mono is ours: speech needs no more", GOOGLE.where, GOOGLE.read),
    chain=VOICE,
    limits={
        "rms_dbfs": Limit(-23.0, -18.0, INAUDIO),
        "sample_peak_dbfs": Limit(None, -3.0, INAUDIO),
        "noise_floor_dbfs": Limit(None, -60.0, INAUDIO),
        "head_s": Limit(0.5, 1.0, ours("INaudio limits the head too, its figures were not readable; as ACX")),
        "tail_s": Limit(1.0, 5.0, ours("INaudio limits the tail too, its figures were not readable; as ACX")),
        "seconds": Limit(None, 23 * 3600.0 - 1, APPLE_BOOKS),
        "longest_digital_silence_s": ROOM_TONE_ONLY,
        "invalid_samples": NUMBERS_ONLY,
    },
    encodings={
        "mp3": EncodingRule(
            "mp3",
            Source(
                "INaudio: 192 kbps, 44.1 kHz; Google Play: 256 kbps for stereo; Apple Books: constant bit rate; Kobo "
                "takes MP3 a chapter (192 kbps quoted by third parties, not confirmed)",
                f"{INAUDIO.where}; {GOOGLE.where}; {APPLE_BOOKS.where}",
                "2026-11-24",
            ),
            rates_hz=(44100,),
            channels=(1, 2),
            least_kbps=192,
            least_stereo_kbps=256,
            constant=True,
        ),
        "aac": EncodingRule("aac", GOOGLE, channels=(1, 2), least_kbps=128, least_stereo_kbps=256),
        "flac": EncodingRule("flac", GOOGLE, rates_hz=LINEAR_RATES_HZ, channels=(1, 2), bits=(16,)),
        "pcm": EncodingRule("pcm", GOOGLE, rates_hz=LINEAR_RATES_HZ, channels=(1, 2), bits=(16,)),
    },
    alike=APPLE_BOOKS,
)

PROFILE_LIBRIVOX = Profile(
    name="librivox",
    summary="LibriVox: MP3 of 128 kbps, mono, about 89 dB",
    measure="integrated_lufs",
    target=-18.5,
    tolerance=0.5,
    target_source=ours("the middle of LibriVox's window of -16 to -21 LUFS, which it calls about 89 dB"),
    ceiling_dbtp=-1.0,
    ceiling_source=ours("LibriVox asks only that nothing clips; a decoder of another make stays below full scale"),
    limiter_dbtp=-1.5,
    limiter_source=ours("half a dB for what 128 kbps adds"),
    rate_hz=44100,
    channels=1,
    bits=16,
    format_source=LIBRIVOX,
    chain=VOICE,
    limits={
        "integrated_lufs": Limit(-21.0, -16.0, LIBRIVOX),
        "clipped_samples": Limit(None, 0, LIBRIVOX),
        "head_s": Limit(0.5, 1.0, LIBRIVOX_SILENCE),
        "tail_s": Limit(4.5, None, LIBRIVOX_SILENCE),
        "invalid_samples": NUMBERS_ONLY,
    },
    encodings={
        "mp3": EncodingRule(
            "mp3", LIBRIVOX, rates_hz=(44100,), channels=(1,), least_kbps=128, most_kbps=128, constant=True
        )
    },
)

_ONE_CHANNEL = ours(
    "one channel reads 3 LU lower than it plays in both ears; single-channel files are podcast-mono's"
)

PROFILE_PODCAST_APPLE = Profile(
    name="podcast-apple",
    summary="Apple Podcasts in two channels: -16 LUFS",
    measure="integrated_lufs",
    target=-16.0,
    tolerance=0.5,
    target_source=APPLE_LOUDNESS,
    ceiling_dbtp=-1.0,
    ceiling_source=APPLE_LOUDNESS,
    limiter_dbtp=-1.5,
    limiter_source=ours("half a dB for what AAC and MP3 add on voice"),
    rate_hz=44100,
    channels=2,
    bits=16,
    format_source=APPLE_PODCASTS,
    chain=VOICE,
    limits={"integrated_lufs": Limit(-17.0, -15.0, APPLE_LOUDNESS), "invalid_samples": NUMBERS_ONLY},
    encodings={
        "mp3": EncodingRule(
            "mp3",
            Source(f"{APPLE_PODCASTS.title}; two channels: {_ONE_CHANNEL.title}", APPLE_PODCASTS.where, "2026-11-24"),
            rates_hz=(44100, 48000),
            channels=(2,),
            least_kbps=64,
        ),
        "aac": EncodingRule(
            "aac",
            Source(
                f"{APPLE_PODCASTS.title}; its bit rates for AAC were not readable", APPLE_PODCASTS.where, "2026-11-24"
            ),
            rates_hz=(44100, 48000),
            channels=(2,),
        ),
        "flac": EncodingRule("flac", APPLE_PODCASTS, rates_hz=LINEAR_RATES_HZ, channels=(2,), bits=(16, 24)),
        "pcm": EncodingRule("pcm", APPLE_PODCASTS, rates_hz=LINEAR_RATES_HZ, channels=(2,), bits=(16, 24)),
    },
)

PROFILE_PODCAST_SPOTIFY = Profile(
    name="podcast-spotify",
    summary="Spotify in two channels: -14 LUFS, its playback level",
    measure="integrated_lufs",
    target=-14.0,
    tolerance=0.5,
    target_source=Source(f"{SPOTIFY.title}; the tolerance is ours", SPOTIFY.where, SPOTIFY.read),
    ceiling_dbtp=-1.0,
    ceiling_source=SPOTIFY,
    limiter_dbtp=-1.5,
    limiter_source=ours("half a dB for what MP3 and AAC add on voice"),
    rate_hz=44100,
    channels=2,
    bits=16,
    format_source=SPOTIFY_FILES,
    chain=VOICE,
    limits={"invalid_samples": NUMBERS_ONLY},
    encodings={
        "mp3": EncodingRule(
            "mp3",
            Source(f"{SPOTIFY_FILES.title}; two channels: {_ONE_CHANNEL.title}", SPOTIFY_FILES.where, "2026-11-24"),
            rates_hz=(44100, 48000),
            channels=(2,),
            least_kbps=96,
        ),
        "aac": EncodingRule("aac", SPOTIFY_FILES, rates_hz=(44100, 48000), channels=(2,)),
        "pcm": EncodingRule("pcm", SPOTIFY_FILES, rates_hz=(44100, 48000), channels=(2,)),
    },
)

PROFILE_PODCAST_MONO = Profile(
    name="podcast-mono",
    summary="Podcasts in one channel: -19 LUFS, which is -16 in both ears",
    measure="integrated_lufs",
    target=-19.0,
    tolerance=0.5,
    target_source=Source(
        f"{APPLE_LOUDNESS.title}; less 3.01 LU, which BS.1770 adds for the second channel",
        APPLE_LOUDNESS.where,
        APPLE_LOUDNESS.read,
    ),
    ceiling_dbtp=-1.0,
    ceiling_source=APPLE_LOUDNESS,
    limiter_dbtp=-1.5,
    limiter_source=ours("half a dB for what AAC and MP3 add on voice"),
    rate_hz=44100,
    channels=1,
    bits=16,
    format_source=APPLE_PODCASTS,
    chain=VOICE,
    limits={"integrated_lufs": Limit(-20.0, -18.0, APPLE_LOUDNESS), "invalid_samples": NUMBERS_ONLY},
    encodings={
        "mp3": EncodingRule("mp3", APPLE_PODCASTS, rates_hz=(44100, 48000), channels=(1,), least_kbps=32),
        "aac": EncodingRule(
            "aac",
            Source(
                f"{APPLE_PODCASTS.title}; its bit rates for AAC were not readable", APPLE_PODCASTS.where, "2026-11-24"
            ),
            rates_hz=(44100, 48000),
            channels=(1,),
        ),
    },
)

_BROADCAST = ours(
    "broadcasters exchange linear sound at 48 kHz; two channels, so that the level is that of both ears"
)
_BROADCAST_FILES: Mapping[Codec, EncodingRule] = {
    "pcm": EncodingRule("pcm", _BROADCAST, rates_hz=(48000,), channels=(2,), bits=(16, 24)),
    "flac": EncodingRule("flac", _BROADCAST, rates_hz=(48000,), channels=(2,), bits=(16, 24)),
}

PROFILE_EBU_R128 = Profile(
    name="ebu-r128",
    summary="European broadcast: -23 LUFS",
    measure="integrated_lufs",
    target=-23.0,
    tolerance=0.2,
    target_source=R128,
    ceiling_dbtp=-1.0,
    ceiling_source=R128,
    limiter_dbtp=-1.1,
    limiter_source=ours("lossless files do not overshoot; a tenth covers dither and the meter of the receiver"),
    rate_hz=48000,
    channels=2,
    bits=24,
    format_source=_BROADCAST,
    chain=GENTLE,
    limits={
        "integrated_lufs": Limit(-23.2, -22.8, R128),
        "max_short_term_lufs": Limit(None, -18.0, R128_S1, under_s=60.0),
        "invalid_samples": NUMBERS_ONLY,
    },
    encodings=_BROADCAST_FILES,
)

PROFILE_ATSC_A85 = Profile(
    name="atsc-a85",
    summary="North American broadcast: -24 LKFS",
    measure="integrated_lufs",
    target=-24.0,
    tolerance=0.5,
    target_source=Source(f"{A85.title}; we work four times as near", A85.where, A85.read),
    ceiling_dbtp=-2.0,
    ceiling_source=A85_PEAK,
    limiter_dbtp=-2.1,
    limiter_source=ours("lossless files do not overshoot; a tenth covers dither and the meter of the receiver"),
    rate_hz=48000,
    channels=2,
    bits=24,
    format_source=_BROADCAST,
    chain=GENTLE,
    limits={"integrated_lufs": Limit(-26.0, -22.0, A85), "invalid_samples": NUMBERS_ONLY},
    encodings=_BROADCAST_FILES,
)

PROFILE_ARCHIVE = Profile(
    name="archive",
    summary="To keep and to master from again: 24 bits, nothing compressed, nothing limited",
    measure="integrated_lufs",
    target=-27.0,
    tolerance=0.5,
    target_source=ours(
        "leaves 26 dB for peaks that nothing limits; those of uncompressed speech stand up to 24 dB over its "
        "loudness (measured on the sample book)"
    ),
    ceiling_dbtp=-1.0,
    ceiling_source=ours("a later change of rate must not clip; gain stops here, because nothing is limited"),
    limiter_dbtp=None,
    limiter_source=ours("an archive keeps what was recorded"),
    rate_hz=48000,
    channels=1,
    bits=24,
    format_source=IASA,
    chain=CLEAN,
    limits={"clipped_samples": Limit(None, 0, ours("an archive holds no damage")), "invalid_samples": NUMBERS_ONLY},
    encodings={
        "pcm": EncodingRule("pcm", IASA, rates_hz=(48000, 88200, 96000, 176400, 192000), bits=(24,)),
        "flac": EncodingRule(
            "flac",
            Source(f"{IASA.title}; FLAC is ours: it holds the same samples and a checksum", IASA.where, IASA.read),
            rates_hz=(48000, 88200, 96000, 176400, 192000),
            bits=(24,),
        ),
    },
)

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        PROFILE_ACX,
        PROFILE_AUDIOBOOK,
        PROFILE_LIBRIVOX,
        PROFILE_PODCAST_APPLE,
        PROFILE_PODCAST_SPOTIFY,
        PROFILE_PODCAST_MONO,
        PROFILE_EBU_R128,
        PROFILE_ATSC_A85,
        PROFILE_ARCHIVE,
    )
}
"""Every profile by its name. ``custom`` is not one: its figures are the production file's."""


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises:
        InputError: there is none; the nearest name is told.
    """
    if name in PROFILES:
        return PROFILES[name]
    near = difflib.get_close_matches(name, PROFILES, n=1, cutoff=0.5)
    if name == "custom":
        step = "name a production file whose 'master:' has a custom profile"
    elif near:
        step = f"did you mean '{near[0]}'?"
    else:
        step = f"choose one of: {', '.join(PROFILES)}"
    raise InputError(f"there is no profile '{name}'", next_step=step)


def any_encoding(source: Source) -> Mapping[Codec, EncodingRule]:
    """Rules that take every codec as it is."""
    codecs: tuple[Codec, ...] = get_args(Codec)
    return {codec: EncodingRule(codec, source) for codec in codecs}
