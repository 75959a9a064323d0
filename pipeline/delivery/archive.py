"""ZIP files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

COPY_BYTES = 1 << 20
NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can hold
FILE_MODE = 0o100644
UNIX = 3  # "version made by", APPNOTE 4.4.2.2: with it come the file's permissions

Entry = tuple[str, bytes | Path]
"""Name in the archive, with ``/``, and the content: text as bytes, or a file that is copied in blocks."""


def write_archive(path: Path, entries: Iterable[Entry], *, bare: frozenset[str] = frozenset()) -> None:
    """Write a ZIP file, ZIP64 where it must be. Bytes are deflated, files (sound, pictures) stored as they are.

    Args:
        path: the file; what was there is lost.
        entries: in the order in which they lie in the file.
        bare: names of bytes that must be stored, not deflated.
    """
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, NO_DATE)
            info.create_system = UNIX
            info.external_attr = FILE_MODE << 16
            if isinstance(content, bytes):
                info.compress_type = zipfile.ZIP_STORED if name in bare else zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
            else:
                info.file_size = content.stat().st_size  # decides whether the entry needs ZIP64
                with content.open("rb") as source, archive.open(info, "w") as target:
                    shutil.copyfileobj(source, target, COPY_BYTES)
