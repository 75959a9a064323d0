"""German abbreviations and capitals: what each is short for, and where."""

from __future__ import annotations

from pipeline.script.normalising.abbreviations import FIGURE, NAME, Case

_ANYWHERE = {
    "z. B": "zum Beispiel", "Z. B": "Zum Beispiel", "d. h": "das heißt", "D. h": "Das heißt", "u. a": "unter anderem",
    "U. a": "Unter anderem", "u. ä": "und ähnliches", "o. ä": "oder ähnliches", "o. Ä": "oder Ähnliches",
    "u. Ä": "und Ähnliches", "u. s. w": "und so weiter", "u. v. m": "und vieles mehr", "u. v. a": "und viele andere",
    "u. U": "unter Umständen", "i. d. R": "in der Regel", "z. T": "zum Teil", "z. Zt": "zur Zeit", "z. Z": "zur Zeit",
    "m. E": "meines Erachtens", "s. o": "siehe oben", "s. u": "siehe unten", "v. a": "vor allem", "i. A": "im Auftrag",
    "i. V": "in Vertretung", "a. D": "außer Dienst", "p. a": "pro Jahr", "v. Chr": "vor Christus", "n. Chr": "nach Christus",
    "v. u. Z": "vor unserer Zeitrechnung", "u. dgl": "und dergleichen", "o. g": "oben genannt", "i. e": "das heißt",
    "e. V": "eingetragener Verein", "usw": "und so weiter", "usf": "und so fort", "bzw": "beziehungsweise", "etc": "et cetera",
    "ca": "circa", "vgl": "vergleiche", "Vgl": "Vergleiche", "evtl": "eventuell", "ggf": "gegebenenfalls",
    "inkl": "inklusive", "exkl": "exklusive", "zzgl": "zuzüglich", "abzgl": "abzüglich", "allg": "allgemein",
    "ehem": "ehemals", "sog": "sogenannt", "bes": "besonders", "bspw": "beispielsweise", "dgl": "dergleichen",
    "desgl": "desgleichen", "Hrsg": "Herausgeber", "hrsg": "herausgegeben", "Jh": "Jahrhundert", "Jhd": "Jahrhundert",
    "Jhs": "Jahrhunderts", "Mio": "Millionen", "Mrd": "Milliarden", "Tsd": "tausend", "jun": "junior", "sen": "senior",
    "kath": "katholisch", "evang": "evangelisch", "geb": "geboren", "gest": "gestorben", "verh": "verheiratet",
    "gez": "gezeichnet", "betr": "betreffend", "Dipl.-Ing": "Diplomingenieur", "Anm": "Anmerkung", "Abb": "Abbildung",
    "Mrs": "Missis", "Mr": "Mister",
}  # fmt: skip
_TITLES = {
    "Dr": "Doktor", "Prof": "Professor", "Hr": "Herr", "Hrn": "Herrn", "Fr": "Frau", "Frl": "Fräulein", "St": "Sankt",
    "Ing": "Ingenieur", "Mag": "Magister", "Hptm": "Hauptmann", "Lt": "Leutnant", "Gen": "General", "Oblt": "Oberleutnant",
    "Frhr": "Freiherr", "Gebr": "Gebrüder", "Hl": "Heiliger", "hl": "heilige", "Med": "Medizin", "med": "medizin",
    "phil": "philosophiae", "jur": "juris", "Univ": "Universität", "Kgl": "Königlich", "kgl": "königlich", "Ew": "Euer",
    "Msgr": "Monsignore", "Mme": "Madame", "Mlle": "Mademoiselle",
}  # fmt: skip
_NUMBERED = {
    "Nr": "Nummer", "nr": "Nummer", "Nrn": "Nummern", "S": "Seite", "Bd": "Band", "Bde": "Bände", "Kap": "Kapitel",
    "Abs": "Absatz", "Art": "Artikel", "Abschn": "Abschnitt", "Aufl": "Auflage", "Z": "Zeile", "V": "Vers", "Sp": "Spalte",
    "Tel": "Telefon", "Fig": "Figur", "Ziff": "Ziffer", "Lit": "Litera", "max": "maximal", "min": "minimal", "Taf": "Tafel",
    "Fn": "Fußnote", "Op": "Opus", "op": "Opus", "Tab": "Tabelle", "ab": "ab",
}  # fmt: skip
_DAYS = {"Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag", "Sa": "Samstag",
         "So": "Sonntag"}  # fmt: skip
_MONTHS = {
    "Jan": "Januar", "Feb": "Februar", "Febr": "Februar", "Mär": "März", "Apr": "April", "Jun": "Juni", "Jul": "Juli",
    "Aug": "August", "Sep": "September", "Sept": "September", "Okt": "Oktober", "Nov": "November", "Dez": "Dezember",
}  # fmt: skip


def _table() -> dict[str, Case | tuple[Case, ...]]:
    table: dict[str, Case | tuple[Case, ...]] = {short: Case(said, ends=True) for short, said in _ANYWHERE.items()}
    table |= {short: Case(said, next=NAME + r"|\s[a-zäöü]{2,4}\.") for short, said in _TITLES.items()}
    table |= {short: Case(said, next=FIGURE) for short, said in _NUMBERED.items() if short != said}
    for short, said in _DAYS.items():
        day = Case(said, next=r",?\s(?:den\s)?\d{1,2}\.(?:\s?\d|\s[A-ZJ])")
        known = table.get(short)
        table[short] = (day, known) if isinstance(known, Case) else day
    for short, said in _MONTHS.items():
        table[short] = (Case(said, last=r"\d\.\s?"), Case(said, next=r"\s(?:1\d|20)\d\d\b"))
    table["Aufl"] = (Case("Auflage", last=r"\d\.\s|[a-zäöü]e\s"),)
    table["ff"] = table["f"] = Case("folgende", last=r"\d\s?", ends=True)
    table["geb"] = (
        Case("geborene", next=r"\s(?:von\s|Freiin\s)?[A-ZÄÖÜ][a-zäöü]+", last=r"[A-ZÄÖÜ]\w+,?\s\(?"),
        Case("geboren", next=r"\s(?:am|im|in|\d)|\s?$"),
    )
    table["gest"] = Case("gestorben", next=r"\s(?:am|im|in|\d)")
    table["Jh"] = table["Jhd"] = (
        Case("Jahrhunderts", last=r"\bdes\s(?:\d+|[IVX]+)\.\s", ends=True),
        Case("Jahrhundert", last=r"(?:\d+|[IVX]+)\.\s", ends=True),
    )
    table["Str"] = Case("Straße", last=r"[A-ZÄÖÜ][\w-]*(?:er|e)\s", ends=True)
    table["so"] = Case("so", next=r"(?!)")
    table["sen"] = table["sen"]
    for short in ("sog", "ehem", "allg", "bes", "kath", "evang", "betr", "gez", "jun", "sen", "verh", "Anm", "Abb"):
        table[short] = Case(_ANYWHERE[short], next=r"\s[\w(]|,|\)")
    return table


ABBREVIATIONS = _table()
SPELLED = frozenset(
    ["DDR", "BRD", "EU", "USA", "UN", "UK", "CDU", "CSU", "SPD", "FDP", "KPD", "NPD", "PDS", "LKW", "PKW", "SS", "SA", "SD", "NSDAP", "KZ", "ADAC", "ARD", "ZDF", "NDR", "WDR", "BMW", "VW", "IBM", "DNA", "DNS", "WG", "TV", "CD", "DVD", "PC", "IT", "EDV", "AG", "KG", "UKW", "ÖBB", "ÖVP", "SPÖ", "FPÖ", "KGB", "CIA", "FBI", "NSA", "BBC", "CNN", "HIV", "UFO", "BND", "BKA", "LKA", "GPS", "SMS", "WC", "WM", "EM", "EZB", "AKW", "DB", "EKG", "ICE", "IC", "ICH_", "MP", "MG", "HNO", "PS", "FC", "TSV", "HSV", "KSC", "DFB", "ÖFB", "ORF", "SRF", "AHV", "SBB", "FH", "TU", "VHS", "OP", "ABC", "PR", "CEO", "AI", "KI", "MRT", "CT", "WLAN_", "OHG", "BGB", "StGB", "GG", "EG"]
) - {"ICH_", "WLAN_", "ICE", "UFO", "IT", "PS", "DB", "OP"}  # fmt: skip
ACRONYMS = frozenset(["NATO", "UNO", "UNESCO", "UNICEF", "TÜV", "SCHUFA", "NASA", "ESA", "AIDS", "OPEC", "FIFA", "UEFA", "GEMA", "DAX", "BAFÖG", "GESTAPO", "STASI", "ASTA", "RAF_", "COVID", "INTERPOL"]) - {"RAF_", "ESA"}  # fmt: skip
WORDS = frozenset(["HM", "HMM", "PST", "PSST", "SCH", "SCHT", "BRR", "TJA", "NA", "JA"])
REGNAL = (
    "Friedrich|Wilhelm|Heinrich|Ludwig|Karl|Otto|Konrad|Franz|Joseph|Josef|Ferdinand|Maximilian|Leopold|Rudolf|Albrecht"
    "|Johann|Georg|Ernst|August|Philipp|Gustav|Adolf|Christian|Peter|Katharina|Alexander|Nikolaus|Paul|Iwan|Elisabeth"
    "|Eduard|Richard|Jakob|Heinrich|Pius|Benedikt|Gregor|Leo|Clemens|Innozenz|Bonifaz|Bonifatius|Johannes|Urban|Julius|Sixtus"
    "|Hadrian|Eugen|Stephan|Stefan|Sigismund|Matthias|Napoleon|Ramses|Ptolemäus|Dareios|Xerxes|Artaxerxes|Viktor|Emanuel"
    "|Umberto|Alfons|Isabella|Maria|Theodosius|Konstantin|Boleslaw|Kasimir|Wenzel|Luitpold|Carl|Charles|Margarethe|Beatrix"
    "|Harald|Christoph|Eberhard|Ulrich|Ottokar|Lothar|Ludwigs?|Silvester|Coelestin|Martin|Mehmed|Murad|Sultan|Süleyman|Selim"
)  # fmt: skip
NUMBERED = "Kapitel|Band|Buch|Teil|Akt|Szene|Aufzug|Abschnitt|Artikel|Bild|Tafel|Seite|Nummer|Nr\\.|Bd\\.|Kap\\.|Gesang|Klasse|Abteilung|Phase|Typ|Stufe|Weltkrieg|Apollo"
ORDERED = (
    "Jahrhunderts?|Jh\\.|Jhd\\.|Jahrtausends?|Weltkriegs?|Weltkrieges|Akte?s?|Aufzugs?|Aufzuges|Szene|Kapitels?|Band|Bandes|Teils?|Buch|Buches|Gesang"
    "|Gesangs|Klasse|Reichs?|Reiches|Republik|Internationale|Olympischen|Korps|Armee|Division|Abteilung|Abschnitts?|Stock|Stockwerk|Auflage|Aufl\\."
    "|Semester|Platz|Tag|Tage|Tages|Mal|Male|Jahr|Jahre|Jahres|Lebensjahr|Geburtstag|Woche|Monat|Stunde|Runde|Bezirk|Staffel|Folge|Symphonie|Sinfonie|Klavierkonzert"
    "|Liga|Etage|Generation|Gebot|Grad|Grades|Person|Reihe|Strophe|Bataillon|Regiment|Kompanie|Sonntag|Todestag|Jahrestag|Hochzeitstag|Advent|Lauf|Rang|Stelle"
)  # fmt: skip
"""Nouns that an ordinal without an article stands before."""
