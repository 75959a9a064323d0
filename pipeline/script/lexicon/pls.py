"""W3C Pronunciation Lexicon Specification 1.0 (https://www.w3.org/TR/pronunciation-lexicon/), read and written.

What PLS has no place for is kept where it allows foreign names: whether an entry minds capitals is a ``role`` of our
own, and a word of another language than its file's has an ``xml:lang`` of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pipeline.errors import InputError, Place
from pipeline.materials import Notice
from pipeline.script.lexicon.entries import Entry, Level, all_checked
from pipeline.script.lexicon.xsampa import ipa_from_xsampa

PLS = "http://www.w3.org/2005/01/pronunciation-lexicon"
XML = "http://www.w3.org/XML/1998/namespace"
ROLES = "urn:chapterhouse:lexicon"
CASES = {"as-written": True, "any-case": False}
ANY_LANGUAGE = "und"
"""BCP 47 for 'undetermined': a PLS must name a language, and an entry of ours need not have one."""

_TEXTS = frozenset({"grapheme", "phoneme", "alias"})


@dataclass
class _Lexeme:
    place: Place
    language: str
    roles: list[str]
    graphemes: list[str] = field(default_factory=list)
    phonemes: list[tuple[bool, str, str]] = field(default_factory=list)  # preferred, alphabet, text
    aliases: list[tuple[bool, str]] = field(default_factory=list)


def read_pls(content: bytes, name: str, level: Level, notify: Callable[[Notice], None]) -> list[Entry]:
    """An entry for every grapheme. Of several pronunciations the preferred, else the first is taken.

    Args:
        content: in any encoding that XML names.
        name: of the file, for errors.
        notify: told of roles, of further pronunciations and of alphabets that are not used.

    Raises:
        ProblemsError: every lexeme that cannot be used, with line and column.
        InputError: not XML, not PLS, or it declares a document type.
    """
    reader = _Reader(name, level, notify)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    reader.attach(parser)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        what = f"not well-formed XML: {expat.errors.messages[error.code]}"
        step = "mend the file, or write the lexicon as CSV"
        raise InputError(what, where=Place(name, error.lineno, error.offset + 1), next_step=step) from None
    for role, place in reader.foreign_roles.items():
        notify(Notice(f"the role '{role}' is not used: the word is said so wherever it stands", place))
    return all_checked(reader.entries, reader.problems)


class _Reader:
    """Hears the parser's events and gathers lexemes."""

    def __init__(self, name: str, level: Level, notify: Callable[[Notice], None]) -> None:
        self.name, self.level, self.notify = name, level, notify
        self.entries: list[Entry] = []
        self.problems: list[InputError] = []
        self.foreign_roles: dict[str, Place] = {}
        self._open: list[str] = []
        self._lexeme: _Lexeme | None = None
        self._text: list[str] = []
        self._attributes: Mapping[str, str] = {}
        self._alphabet = self._language = ""
        self._ours: set[str] = set()  # prefixes of our own roles

    def attach(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text_piece

    def _place(self) -> Place:
        return Place(self.name, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _doctype(self, *_declared: object) -> None:
        step = "delete the <!DOCTYPE …> and what it declares"
        raise InputError("a lexicon with a document type is not read", where=self._place(), next_step=step)

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if uri == ROLES and prefix:
            self._ours.add(prefix)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        uri, _, tag = name.rpartition(" ")
        if not self._open:
            if tag != "lexicon" or uri not in (PLS, ""):
                step = f'its first element is <lexicon xmlns="{PLS}">'
                raise InputError(f"<{tag}> does not begin a PLS lexicon", where=self._place(), next_step=step)
            self._alphabet = attributes.get("alphabet", "ipa")
            self._language = attributes.get(f"{XML} lang", "")
        elif tag == "lexeme":
            language = attributes.get(f"{XML} lang", self._language)
            roles = attributes.get("role", "").split()
            self._lexeme = _Lexeme(self._place(), "" if language == ANY_LANGUAGE else language, roles)
        self._open.append(tag)
        self._attributes, self._text = attributes, []

    def _text_piece(self, text: str) -> None:
        if self._open[-1] in _TEXTS:
            self._text.append(text)

    def _end(self, _name: str) -> None:
        tag, lexeme = self._open.pop(), self._lexeme
        if lexeme is None:
            return
        text, preferred = "".join(self._text).strip(), self._attributes.get("prefer") in ("true", "1")
        if tag == "grapheme":
            lexeme.graphemes.append(text)
        elif tag == "phoneme":
            lexeme.phonemes.append((preferred, self._attributes.get("alphabet", self._alphabet), text))
        elif tag == "alias":
            lexeme.aliases.append((preferred, text))
        elif tag == "lexeme":
            self._finish(lexeme)
            self._lexeme = None

    def _finish(self, lexeme: _Lexeme) -> None:
        if not lexeme.graphemes:
            step = "give it a <grapheme>"
            self.problems.append(InputError("a lexeme without a spelling", where=lexeme.place, next_step=step))
        say = next((text for preferred, text in sorted(lexeme.aliases, key=lambda alias: not alias[0])), "")
        ipa = self._ipa(lexeme)
        case = None
        for role in lexeme.roles:
            prefix, _, own = role.rpartition(":")
            if prefix in self._ours and own in CASES:
                case = CASES[own]
            else:
                self.foreign_roles.setdefault(role, lexeme.place)
        if not say and not ipa and lexeme.phonemes:
            return  # in an alphabet that we do not know: the notice has said so
        self.entries += [
            Entry(word, say, ipa, lexeme.language, case, self.level, lexeme.place) for word in lexeme.graphemes
        ]

    def _ipa(self, lexeme: _Lexeme) -> str:
        words = ", ".join(lexeme.graphemes)
        known = []
        for preferred, alphabet, text in lexeme.phonemes:
            if alphabet.lower() == "ipa":
                known.append((preferred, text))
            elif alphabet.lower() in ("x-sampa", "xsampa"):
                try:
                    known.append((preferred, ipa_from_xsampa(text)))
                except ValueError as error:
                    what = f"'{text}', the phonemes of '{words}', are not X-SAMPA: {error}"
                    self.problems.append(InputError(what, where=lexeme.place, next_step="write them in IPA"))
            else:
                self.notify(Notice(f"the alphabet '{alphabet}' of '{words}' is not known", lexeme.place))
        if len(known) > 1:
            self.notify(Notice(f"'{words}' has {len(known)} pronunciations; one is used", lexeme.place))
        return next((text for preferred, text in sorted(known, key=lambda one: not one[0])), "")


def pls_of(entries: Iterable[Entry]) -> str:
    """The entries as PLS 1.0; reading it gives them back (level and place apart)."""
    entries = list(entries)
    languages = Counter(entry.language or ANY_LANGUAGE for entry in entries)
    main = max(languages, key=lambda language: languages[language], default=ANY_LANGUAGE)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<lexicon version="1.0" alphabet="ipa" xml:lang={quoteattr(main)}',
        f'    xmlns="{PLS}" xmlns:chapterhouse="{ROLES}">',
    ]
    for entry in entries:
        language = entry.language or ANY_LANGUAGE
        role = {None: "", True: "as-written", False: "any-case"}[entry.case]
        opening = f' role="chapterhouse:{role}"' if role else ""
        opening += f" xml:lang={quoteattr(language)}" if language != main else ""
        lines.append(f"  <lexeme{opening}>")
        lines.append(f"    <grapheme>{escape(entry.word)}</grapheme>")
        lines += [f"    <phoneme>{escape(entry.ipa)}</phoneme>"] if entry.ipa else []
        lines += [f"    <alias>{escape(entry.say)}</alias>"] if entry.say else []
        lines.append("  </lexeme>")
    return "\n".join([*lines, "</lexicon>", ""])
