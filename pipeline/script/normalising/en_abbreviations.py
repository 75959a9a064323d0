"""English abbreviations and capitals: what each is short for, and where."""

from __future__ import annotations

from pipeline.script.normalising.abbreviations import FIGURE, NAME, Case
from pipeline.script.normalising.en_words import ABBREVIATED_MONTHS, MONTHS

_TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Messrs": "Messieurs", "Mme": "Madame", "Mlle": "Mademoiselle",
    "Prof": "Professor", "Rev": "Reverend", "Revd": "Reverend", "Fr": "Father", "Capt": "Captain", "Col": "Colonel",
    "Gen": "General", "Lt": "Lieutenant", "Lieut": "Lieutenant", "Sgt": "Sergeant", "Sergt": "Sergeant",
    "Maj": "Major",
    "Cpl": "Corporal", "Pvt": "Private", "Cmdr": "Commander", "Cdr": "Commander", "Adm": "Admiral", "Gov": "Governor",
    "Sen": "Senator", "Rep": "Representative", "Pres": "President", "Hon": "Honorable", "Supt": "Superintendent",
    "Insp": "Inspector", "Msgr": "Monsignor", "Mt": "Mount", "Ft": "Fort", "Bro": "Brother", "MM": "Messieurs",
    "Wm": "William",
    "Chas": "Charles", "Thos": "Thomas", "Robt": "Robert", "Geo": "George", "Sr": "Sister",
}  # fmt: skip
_NUMBERED = {
    "no": "number", "No": "Number", "nos": "numbers", "Nos": "Numbers", "p": "page", "P": "Page", "pp": "pages",
    "Pp": "Pages", "vol": "volume", "Vol": "Volume", "vols": "volumes", "Vols": "Volumes", "ch": "chapter",
    "Ch": "Chapter", "chap": "chapter", "Chap": "Chapter", "chs": "chapters", "fig": "figure", "Fig": "Figure",
    "figs": "figures", "Figs": "Figures", "sec": "section", "Sec": "Section", "sect": "section", "Sect": "Section",
    "art": "article", "Art": "Article", "bk": "book", "Bk": "Book", "pt": "part", "Pt": "Part", "par": "paragraph",
    "Par": "Paragraph", "ver": "version", "c": "circa", "ca": "circa", "Apt": "Apartment", "apt": "apartment",
    "Ste": "Suite", "Op": "Opus", "op": "opus", "ll": "lines", "eq": "equation", "Eq": "Equation", "tel": "telephone",
    "Tel": "Telephone", "est": "established", "Est": "Established", "ext": "extension", "Ext": "Extension",
    "l": "line",
}  # fmt: skip
STREETS = {
    "St": "Street", "Dr": "Drive", "hwy": "Highway",
    "Ave": "Avenue", "Av": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Pl": "Place", "Sq": "Square",
    "Hwy": "Highway", "Pkwy": "Parkway", "Ct": "Court", "Terr": "Terrace", "Cres": "Crescent",
}  # fmt: skip
_ANYWHERE = {
    "etc": "et cetera", "viz": "namely", "vs": "versus", "approx": "approximately", "dept": "department",
    "Dept": "Department", "govt": "government", "Govt": "Government", "ibid": "ibidem", "Ibid": "Ibidem",
    "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Bros": "Brothers", "Jr": "Junior",
    "jr": "junior",
    "Esq": "Esquire", "Assn": "Association", "i.e": "that is", "e.g": "for example", "I.e": "That is",
    "E.g": "For example", "et al": "and others", "a.m": "A M", "p.m": "P M", "Ph.D": "P H D", "B.Sc": "B S C",
    "M.Sc": "M S C",
    "D.Phil": "D Phil",
}  # fmt: skip
_PLACE = r"(?:[A-ZÀ-Þ][\w’'-]*|\d(?:st|nd|rd|th))\s"
"""A capitalised word or an ordinal, as before 'Street'."""
_HOUSE = r"\d\w*\s(?:[NSEW]\.?\s)?(?:[A-ZÀ-Þ][\w’'-]*\s){1,3}"
_WAY = r"(?:^|\s)(?:on|down|along)\s(?!Ma|Mr|Mrs|Miss|La|Lord|Sir|Mount|Fort)(?:[A-ZÀ-Þ][\w’'-]*\s){1,2}"
_DAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
         "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip
_NEAR_A_DATE = (
    r",?\s(?:(?:the\s)?\d{1,2}(?:st|nd|rd|th)?\b(?!\s?[:.]\d)|(?:" + "|".join(MONTHS) + r"|(?:"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)\s\d)"
)
_MONTH_SHORT = {short.capitalize(): MONTHS[number - 1] for short, number in ABBREVIATED_MONTHS.items()}


_NEVER_LAST = frozenset(["viz", "vs", "i.e", "e.g", "I.e", "E.g", "approx", "a.m", "p.m"])


def _table() -> dict[str, Case | tuple[Case, ...]]:
    table: dict[str, tuple[Case, ...]] = {
        short: (Case(said, ends=short not in _NEVER_LAST),) for short, said in _ANYWHERE.items()
    }
    table |= {short: (Case(said, next=NAME),) for short, said in _TITLES.items()}
    table |= {short: (Case(said, next=FIGURE),) for short, said in _NUMBERED.items()}
    table |= {short: (Case(said, last=_PLACE, ends=True),) for short, said in STREETS.items()}
    table |= {short: (Case(said, next=_NEAR_A_DATE),) for short, said in _DAYS.items()}
    for short, said in _MONTH_SHORT.items():
        day = Case(said, next=r",?\s\d{1,2}(?!\d|:)|,?\s1\d{3}|,?\s20\d\d")
        table[short] = (day, Case(said, last=r"\b[0-3]?\d(?:st|nd|rd|th)?\s(?:of\s)?"))
    for short in ("no", "No", "nos", "Nos", "chap", "art", "Art", "fig", "Fig", "ver"):
        table[short] = (Case(_NUMBERED[short], next=r"\s?\d|\s[IVXLC]{2,}\b"),)
    table["St"] = (
        Case("Street", last=_HOUSE, ends=True), Case("Street", last=_WAY, ends=True),
        Case("Street", last=r"\d(?:st|nd|rd|th)\s", ends=True), Case("Saint", next=NAME),
        Case("Street", last=_PLACE, next=r"(?!\s+[A-ZÀ-Þ]|\s*[—–])", ends=True),
    )  # fmt: skip
    table["Dr"] = (Case("Drive", last=_HOUSE, ends=True), Case("Doctor", next=NAME), Case("Drive", last=_WAY))
    table["Sr"] = (Case("Senior", last=r"[A-Z][\w’'-]+,?\s", ends=True), *table["Sr"])
    table["Co"] = (Case("Company", last=r"(?:&|and|[A-Z][\w’'-]*)\s", ends=True),)
    table["Hon"] = (Case("Honorable", next=NAME),)
    table["Lt. Col"] = table["Lieut. Col"] = (Case("Lieutenant Colonel", next=NAME),)
    table["Lt. Gen"] = (Case("Lieutenant General", next=NAME),)
    table["Maj. Gen"] = (Case("Major General", next=NAME),)
    table["ff"] = (Case("and following", last=r"\d\s?", ends=True),)
    table["cf"] = (Case("compare"),)
    table["ed"] = (Case("edition", last=r"\d(?:st|nd|rd|th)\s|[a-z]\sed\.\s", ends=True),)
    table["v"] = (Case("versus", next=NAME, last=r"[A-Z][\w’'-]+\s"),)
    return dict(table)


ABBREVIATIONS = _table()

UNDOTTED = {
    "MR": "Mister", "MRS": "Missus", "DR": "Doctor", "MM": "Messieurs",
    "Mr": "Mister", "Mrs": "Missus", "Messrs": "Messieurs", "Dr": "Doctor", "St": "Saint", "Mme": "Madame",
    "Mlle": "Mademoiselle", "Prof": "Professor", "Capt": "Captain", "Sgt": "Sergeant", "Lt": "Lieutenant",
}  # fmt: skip
"""Titles without a full stop, as in Britain, before a name."""

SPELLED = frozenset([
    "AAA", "AARP", "ABC", "AC", "ACLU", "AD", "ADC", "ADHD", "AFL", "AI", "AKA", "ALS", "AOL", "APC", "API", "ATF",
    "ATM", "BA", "BBC", "BC", "BCE", "BMI", "BMW", "BSC", "BYOB", "CBE", "CBS", "CD", "CE", "CEO", "CFO", "CIA",
    "CIO", "CNN", "COO", "CPU", "CSS", "CST", "CT", "CTO", "DA", "DC", "DEA", "DIY", "DJ", "DMV", "DNA", "DOJ", "DVD",
    "EC", "ECG", "EEC", "EKG", "EMS", "EMT", "EPA", "ER", "EST", "ETA", "EU", "FAQ", "FBI", "FDA", "FDR", "FM", "GE",
    "GM", "GMT", "GPS", "GPU", "HBO", "HIV", "HMS", "HP", "HQ", "HR", "HTML", "HTTP", "HTTPS", "IBM", "ICU", "ID",
    "IED", "IMF", "IOU", "IQ", "IRA", "IRS", "ISBN", "ISSN", "IUD", "IV", "JFK", "KC", "KGB", "LAPD", "LBJ", "LSE",
    "MBA", "MBE", "MC", "MIT", "MLB", "MP", "MPH", "MPs", "MRI", "MS", "MTV", "NAACP", "NBA", "NBC", "NFL", "NHL",
    "NJ", "NRA", "NSA", "NY", "NYPD", "NYU", "NZ", "OB", "OBE", "OCD", "OECD", "OJ", "PC", "PDF", "PM", "POW", "PR",
    "PS", "PST", "PTO", "PTSD", "PhD", "QC", "RAF", "RNA", "RNLI", "RPM", "RSVP", "RV", "SOS", "SQL", "SS", "SUV",
    "TB", "TNT", "TSA", "TV", "UAE", "UCLA", "UEFA", "UFO", "UK", "UN", "UNHCR", "UPS", "URL", "USA", "USAF", "USB",
    "USC", "USS", "USSR", "UTC", "UV", "VIP", "VW", "WTO", "WWF", "XML", "YMCA", "YWCA",
])  # fmt: skip
ACRONYMS = frozenset([
    "AIDS", "ASCII", "ASEAN", "AWOL", "BAFTA", "CERN", "COBOL", "COVID", "CUDA", "DARPA", "EUROPOL", "FEMA", "FIFA",
    "FORTRAN", "GIF", "HUD", "INTERPOL", "JPEG", "MENSA", "MERS", "NAFTA", "NASA", "NASDAQ", "NATO", "NIMBY", "NOAA",
    "NORAD", "OPEC", "OSHA", "OXFAM", "PETA", "PIN", "RAM", "RICO", "ROM", "SARS", "SCUBA", "SIM", "SONAR", "SWAT",
    "UNESCO", "UNICEF", "UNIX", "UNRWA", "ZIP",
])  # fmt: skip
WORDS = frozenset([
    "A", "AH", "AM", "AN", "AS", "AT", "BE", "BRR", "BRRR", "BY", "BYE", "CRY", "DO", "DRY", "DYE", "EH", "ER", "EYE",
    "FLY", "GO", "GRR", "GRRR", "HA", "HE", "HI", "HM", "HMM", "HO", "HYMN", "I", "IF", "IN", "IS", "IT", "LO", "LYE",
    "MA", "ME", "MMM", "MY", "MYTH", "NO", "NTH", "OF", "OH", "OK", "ON", "OR", "OW", "OX", "PA", "PFFT", "PSST",
    "PST", "RHYTHM", "RYE", "SH", "SHH", "SHY", "SKY", "SO", "TO", "TRY", "TSK", "UH", "UM", "UP", "US", "WE", "WHY",
    "YE", "YO", "ZZZ", "ZZZZ",
])  # fmt: skip
"""Words in capitals that are no initialisms though they look it."""
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
    "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
COMPASS = {"N": "North", "S": "South", "E": "East", "W": "West"}
WORDLIKE_STATES = frozenset(["OK", "IN", "OR", "ME", "HI", "OH", "PA", "MA", "LA", "ID", "AL", "DE", "MS", "MD"])
REGNAL = (
    "Louis|Henry|Charles|George|Edward|Richard|William|James|John|Pius|Benedict|Gregory|Leo|Clement|Innocent|Boniface"
    "|Alexander|Peter|Paul|Nicholas|Catherine|Elizabeth|Mary|Frederick|Wilhelm|Friedrich|Philip|Ferdinand|Alfonso"
    "|Francis|Napoleon|Ptolemy|Rams?es|Rameses|Darius|Xerxes|Artaxerxes|Otto|Ivan|Christian|Gustav|Gustavus|Carl|Karl"
    "|Haakon|Olaf|Umberto|Emm?anuel|Leopold|Albert|Baldwin|Robert|David|Constantine|Theodosius|Urban|Julius|Sixtus"
    "|Adrian|Celestine|Eugene|Callixtus|Stephen|Maximilian|Joseph|Rudolf|Rudolph|Sigismund|Casimir|Manuel|Pedro"
    "|Sancho"
    "|Margrethe|Harald|Harold|Edmund|Ethelred|Mithridates|Antiochus|Amenhotep|Thutmose|Seti|Cosimo|Lorenzo|Murad"
    "|Mehmed"
    "|Suleiman|Selim|Abdul Hamid|Martin|Sylvester|Honorius|Victor|Conrad|Kenneth|Malcolm|Donald|Juan Carlos|Felipe"
    "|Isabella|Anna|Augustus|Ludwig|Franz|Sam|Thomas|Samuel"
)  # fmt: skip
"""Names of rulers and popes, and others handed down from father to son: the numeral after them is an ordinal."""
NUMBERED = (
    "chapter|chap\\.?|book|part|act|scene|canto|volume|vol\\.?|section|article|appendix|figure|fig\\.?|plate|page"
    "|pp?\\.|nos?\\."
    "|number|letter|stave|war|phase|stage|type|class|title|lesson|episode|psalm|sonnet|verse|stanza|table|lecture|era"
    "|apollo|gemini|mark|session|series|column|group|grade|level|movement|symphony|sonata|super bowl|olympiad|vatican"
    "|rocky|superbowl|schedule|round|day|night|chapters|books|parts|acts|volumes|vols\\.?"
)  # fmt: skip
"""Words after which a Roman numeral is a cardinal number."""
CHAPTERS = frozenset([
    "chapter", "chap", "book", "part", "act", "scene", "canto", "volume", "vol", "letter", "psalm", "sonnet", "stave",
    "verse",
    "page", "pp", "p", "section",
])  # fmt: skip
"""Words whose numerals may have any letter, small ones too."""
LETTERED = frozenset([
    "type", "class", "group", "grade", "level", "column", "series", "appendix", "table", "figure", "fig", "title",
    "mark",
    "plate", "schedule", "phase", "session", "section", "round", "day", "night", "era", "number", "no",
])  # fmt: skip
"""Words after which a lone capital may be a letter: Type C, Appendix V, Mark I know."""
