"""The words by which titles, artists and albums tell versions, editions and credits apart: data, in several languages.

Patterns are matched against words as `normalise.words` gives them: folded, without punctuation, one space between.
"""

from enum import StrEnum
from typing import Final


def _word_set(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


class Family(StrEnum):
    """Ways in which one song's recordings differ so much that one never stands for another."""

    LIVE = "live"
    ACOUSTIC = "acoustic"
    REMIX = "remix"
    EXTENDED = "extended"
    INSTRUMENTAL = "instrumental"
    KARAOKE = "karaoke"
    A_CAPPELLA = "a_cappella"
    SPED_UP = "sped_up"
    SLOWED = "slowed"
    SPATIAL = "spatial"
    DEMO = "demo"
    TAKE = "take"
    COVER = "cover"
    RERECORDED = "rerecorded"
    LANGUAGE = "language"
    ORCHESTRAL = "orchestral"
    SESSION = "session"
    INTERLUDE = "interlude"
    INTRO = "intro"
    OUTRO = "outro"
    SKIT = "skit"
    REPRISE = "reprise"
    MEDLEY = "medley"
    COMMENTARY = "commentary"
    OTHER = "other"


_VERSION: Final = r"(?: (?:version|versione|versao|ver|vers))?"

LANGUAGES: Final = {
    "english": "english anglais ingles inglese englisch",
    "spanish": "spanish espanol castellano espagnol spagnolo spanisch spanglish",
    "french": "french francais frances francese franzosisch",
    "german": "german deutsch allemand aleman tedesco deutsche",
    "italian": "italian italiano italien italienisch",
    "portuguese": "portuguese portugues brazilian portugais",
    "japanese": "japanese japan jp japones nihongo",
    "korean": "korean korea kr coreano",
    "chinese": "chinese mandarin cantonese chino",
    "russian": "russian ruso russisch",
    "hindi": "hindi",
    "arabic": "arabic arabe",
    "swedish": "swedish svenska",
    "dutch": "dutch nederlands nederlandse",
    "polish": "polish polska",
    "turkish": "turkish turkce",
    "latin": "latin latino",
    "hebrew": "hebrew",
}
"""A language and the words that name it."""

_LANGUAGE_WORDS: Final = "|".join(word for spellings in LANGUAGES.values() for word in spellings.split())
_NOT_A_SUBJECT: Final = "".join(
    rf"(?<!\b{word} )"
    for word in ("i", "we", "you", "they", "to", "us", "people", "and", "that", "who", "must", "can", "still")
)

FAMILY_PATTERNS: Final[dict[Family, tuple[str, ...]]] = {
    Family.KARAOKE: (
        r"\bkaraoke(?: version| track| mix)?\b",
        r"\bbacking tracks?\b",
        r"\b(?:as )?(?:originally )?made (?:famous|popular) by\b.*",
        r"\b(?:originally )?(?:performed|popularized|recorded) by\b.*",
        r"\bin the style of\b.*",
        r"\btribute(?: version)?(?: to\b.*)?",
        r"\bhomenaje\b.*",
        r"\bsing ?along\b",
        r"\baccompaniment\b",
        r"\bplayback\b",
    ),
    Family.INSTRUMENTAL: (
        r"\binstrumental(?:es?|s|e)?\b" + _VERSION,
        r"\binstrumenta(?:ux|is|uk)\b",
        r"\bstrumentale\b",
        r"\b(?:without|no|minus) (?:lead )?vocals?\b",
    ),
    Family.A_CAPPELLA: (
        r"\ba ?cap?pp?ell?as?\b" + _VERSION,
        r"\bvocals? only\b",
    ),
    Family.SPED_UP: (r"\bsped ?up\b" + _VERSION, r"\bspeed up\b" + _VERSION, r"\bnightcore\b", r"\bfaster\b"),
    Family.SLOWED: (
        r"\b(?:super )?slowed(?: down)?(?: (?:and )?reverb(?:ed)?)?\b",
        r"\breverb(?:ed)?\b",
        r"\b(?:chopped and )?screwed\b",
    ),
    Family.SPATIAL: (r"\b(?:8|16)d(?: audio)?\b",),
    Family.COMMENTARY: (r"\b(?:track )?commentary\b", r"\binterview\b", r"\bvoice memos?\b"),
    Family.LIVE: (
        r"^live$",
        _NOT_A_SUBJECT + r"(?<=\w )\blive$",
        r"^live (?=[0-9])",
        r"^live(?= (?:acoustic|unplugged|sessions?|bonus|track|medley|mix|remix|edit|piano|tour|concert|film)\b)",
        r"\blive (?:version|ver|recording|session|sessions|performance|take|album|medley|remaster\w*|act)\b",
        r"\blive (?:at|in|from|on|im|aus|en|au|aux|de|du|dal|bij|op|auf)\b",
        r"\brecorded live\b",
        r"\bin concert\b",
        r"\bconcert version\b",
        r"\b(?:en|in) (?:vivo|directo|direct|concierto|public)\b",
        r"\bao vivo\b",
        r"\bdal vivo\b",
        r"\blivefassung\b",
        r"\bkoncert\w*\b",
    ),
    Family.ACOUSTIC: (
        r"\bacousti(?:c|que)s?\b" + _VERSION,
        r"\bacustic[oa]\b",
        r"\bak[uo]stik\w*\b",
        r"\bakusticn\w+\b",
        r"\bunplugged\b",
        r"\bstripped(?: down| back)?\b" + _VERSION,
        r"\bpiano (?:version|ver|solo)\b",
        r"^(?:solo )?piano$",
        r"\bguitar version\b",
    ),
    Family.EXTENDED: (
        r"\bextended(?: club)?(?: (?:mix|version|edit|remix|play|cut))?\b",
        r"\b12 (?:inch(?:es)?|in)(?: (?:mix|version|single|remix))?\b",
        r"\b12 (?:mix|version|single)\b",
        r"\b(?:long|maxi)(?: (?:single|version|mix))\b",
    ),
    Family.REMIX: (
        r"\bremix(?:ed|es|e)?(?: version)?\b",
        r"\brmx\b",
        r"\bre ?work(?:ed)?\b",
        r"\bre ?edit(?:ed)?\b",
        r"\bbootleg\b",
        r"\brefix\b",
        r"\bremezcla\b",
        r"\breimagined\b",
        r"\bredux\b",
        r"\bmash ?up\b",
        r"\b(?:dj|continuous) mix(?:ed)?(?: version)?\b",
        r"\bmix(?: version)?(?= [0-9]+$|$)",
        r"\bmixed$",
        r"(?<=\w )\bflip$",
        r"(?:^|(?<=\w ))(?=(?:vip|dub)$)",
    ),
    Family.DEMO: (
        r"\bdemos?(?: (?:version|recording|take|tape|session|mix))?\b",
        r"\brough mix\b",
        r"\bwork in progress\b",
        r"\brehearsals?\b",
        r"\bearly (?:version|mix|take)\b",
        r"\bhome recording\b",
        r"\b(?:tryout|work) tape\b",
        r"\bmaqueta\b",
    ),
    Family.TAKE: (
        r"\balt(?:ern(?:ate|ative))?(?: (?:take|version|mix|edit|ending|lyrics))?\b",
        r"\b(?:early )?take(?= (?:[0-9]+|one|two|three|[a-z])\b)",
        r"\bout ?takes?\b",
        r"^take$",
    ),
    Family.COVER: (
        r"\bcover(?: version)?$",
        r"\bcover(?:ed)? (?:of|by|de)\b",
        r"\bcovers?$",
    ),
    Family.RERECORDED: (
        r"\bre ?record(?:ed|ing)\b" + _VERSION,
        r"\bnew (?:recording|version)\b",
        r"\bneuaufnahme\b",
        r"\bregrabad[oa]\b",
    ),
    Family.LANGUAGE: (
        rf"\b(?:{_LANGUAGE_WORDS}) (?:language )?(?:version|ver|vers|lyrics|remix|edit|fassung)\b",
        rf"\b(?:version|versione|versao|version en|versao em) (?=(?:{_LANGUAGE_WORDS})\b)",
        rf"^(?:en|in|em|auf|sung in) (?=(?:{_LANGUAGE_WORDS})$)",
        rf"^(?=(?:{_LANGUAGE_WORDS})$)",
    ),
    Family.ORCHESTRAL: (
        r"\borchest(?:ra|ral|rale|er)\b" + _VERSION,
        r"\borquesta\w*\b",
        r"\bsymphon(?:ic|y|ique)\b" + _VERSION,
        r"\bphilharmonic\b",
        r"\bstring(?:s| quartet)(?: version)?$",
    ),
    Family.SESSION: (
        r"\bsessions?\b" + _VERSION,
        r"\brecorded at\b",
        r"\btiny desk\b",
        r"\blive lounge\b",
        r"\bitunes originals\b" + _VERSION,
        r"\bspotify singles?\b",
        r"\bbbc radio\b",
        r"\bamazon (?:original|music)\b",
        r"\bsesion(?:es)?\b",
    ),
    Family.INTERLUDE: (r"\binterlud(?:e|io|ium)\b",),
    Family.INTRO: (r"^intro(?:duction|duccion)?$", r"\bintro$"),
    Family.OUTRO: (r"^outro$", r"\boutro$"),
    Family.SKIT: (r"\bskit$",),
    Family.REPRISE: (r"\breprise\b" + _VERSION,),
    Family.MEDLEY: (r"\bmedley\b", r"\bpopurri\b"),
}
"""What names a family in a bracket, after a dash or in a version field. The first that fits takes its words away."""

NATIVE_WORDS: Final = {
    Family.KARAOKE: "カラオケ|노래방|伴奏|караоке|минусовка",
    Family.INSTRUMENTAL: "インスト(?:ゥルメンタル|ルメンタル)?|純音樂|纯音乐|инструментал(?:ьная)?",
    Family.A_CAPPELLA: "アカペラ|아카펠라",
    Family.LIVE: "ライブ|ライヴ|라이브|现场|現場|концертная|концерт|вживую",
    Family.ACOUSTIC: "アコースティック|어쿠스틱|акустическая|акустика",
    Family.REMIX: "リミックス|리믹스|ремикс",
    Family.DEMO: "デモ|데모",
    Family.COVER: "カバー|커버",
    Family.ORCHESTRAL: "オーケストラ|오케스트라",
}
"""The same in scripts whose words are not always set apart by spaces."""

NATIVE_MASTER: Final = "リマスター|리마스터"
NATIVE_VERSION: Final = "バージョン|버전|версия"
"""The words for a new master and for a version in those scripts."""

EDIT_PATTERNS: Final = (
    r"\bradio (?:edit|version|mix|cut|remix)\b",
    r"\b(?:single|promo)(?: (?:edit|version|mix|remix|cut))\b",
    r"\b(?:7|seven) (?:inch(?:es)?|in)(?: (?:edit|version|mix|single|remix))?\b",
    r"\b(?:7|promo 7) (?:edit|mix|version)\b",
    r"\bvideo (?:edit|version|mix)\b",
    r"\b(?:short|shortened|album|lp|tv|clean|us|uk|single) edit\b",
    r"\bshort(?:ened)? (?:version|mix)\b",
    r"\btv size\b",
    r"\bedit$",
    r"\bedit(?= [0-9]{4}$)",
    r"\bedit version\b",
)
"""A shorter cut of the same recording: the same track only where durations or identifiers say so."""

NEUTRAL_PHRASES: Final = (
    r"\bfull length(?: (?:version|mix))?\b",
    r"\bstudio (?:version|recording|mix)\b(?: from\b.*)?",
    r"\b(?:album|main|original|mono|stereo) mix\b",
    r"\bdolby atmos(?: mix)?\b",
    r"^(?:prod|produced)(?: by)?\b.*",
    r"\b(?:from|de) the vault\b",
    r"^(?:(?:official|original|lyrics?|music) )*(?:video|audio|clip|visuali[sz]er)(?: clip)?(?: official| oficial)?$",
    r"^(?:with )?(?:lyrics|letra)(?: lyrics)?$",
    r"\b(?:[0-9]+(?:th|st|nd|rd)|[0-9]+ year) anniversary\b",
)
"""Phrases that say how a recording was issued, not which recording it is."""

PROVENANCE_PATTERN: Final = (
    r"^(?:(?:music|song|songs|theme|love theme|main theme|taken|title track|title song|as heard|featured|inspired) )*"
    r"(?:from|in the film|in the movie|aus dem film|bande originale d[eu]|tire du|de la pelicula|del film)\b"
    r"|\b(?:original )?(?:motion picture |movie |film |television |tv )?(?:sound ?track|series|score)\b|\bost\b"
)
"""What introduces the film or show a recording is from."""

MASTER_PATTERN: Final = (
    r"\b(?:digital(?:ly)? )?(?:re ?master(?:ed|ing|s)?|remasteri[sz]\w+|rimasterizzat\w+|remastrad\w*|neu gemastert)\b"
)
"""A newer transfer of the same recording."""

NEUTRAL_WORDS: Final = _word_set(
    "deluxe edition bonus track tracks hidden explicit clean edited amended censored uncensored dirty "
    "mono stereo album original official oficial originale ufficiale video audio expanded special reissue "
    "reissued issue standard main full length lp ep cd single release digital anniversary box set hd hq "
    "4k hires stream streaming soundtrack ost amended exclusive premiere studio disc collector collectors "
    "bonustrack advance international radio promo promotional hit"
)
"""Words that say nothing about which recording it is."""

WEAKLY_NEUTRAL_WORDS: Final = _word_set(
    "main full length standard hit set box studio issue international radio release"
)
"""Neutral words that are a subtitle where they stand alone."""

VERSION_WORDS: Final = _word_set("version versions versione versao ver vers mix cut take edit fassung versie ")
"""Words that announce a version which the families above do not know; what stands beside them names it."""

STOP_WORDS: Final = _word_set(
    "the a an at in from of on for with by and im am de la le el en les los du des der die das dem "
    "version mix ver feat ft s remaster remastered recorded recording performance performed"
)
"""Words that carry nothing in the name of a remixer, a venue or a session."""

BARE_SUFFIXES: Final = (
    "remix",
    "remixed",
    "rmx",
    "karaoke",
    "instrumental",
    "unplugged",
    "remaster",
    "remastered",
    "radio edit",
    "acoustic version",
    "live version",
    "karaoke version",
    "instrumental version",
    "extended mix",
    "extended version",
    "original mix",
    "album version",
    "radio version",
    "single version",
    "club mix",
    "sped up",
    "slowed",
    "video clip official",
    "official video",
    "video clip",
)
"""What some services write at the end of a title without bracket or dash."""

ALBUM_PATTERNS: Final[dict[Family, str]] = {
    Family.LIVE: (
        _NOT_A_SUBJECT + r"(?<=\w )live$|"
        r"\blive (?:at|in|from|on|im|aus|version|album|ep|session|sessions|acoustic|tour|[0-9]+)\b|^live$"
        r"|\blive and\b|\bin concert\b|\bunplugged\b"
        r"|\ben (?:vivo|directo|direct|concierto|public)\b|\bao vivo\b|\bdal vivo\b|\bconcert\b|\bmtv unplugged\b"
    ),
    Family.ACOUSTIC: r"\bacousti(?:c|que)\b|\bunplugged\b|\bacustic[oa]\b|\bstripped\b",
    Family.INSTRUMENTAL: r"\binstrumentals?\b",
    Family.KARAOKE: r"\bkaraoke\b|\bmade famous by\b|\bin the style of\b|\bbacking tracks?\b",
    Family.SESSION: r"\bsessions?\b|\btiny desk\b|\bspotify singles\b|\blive lounge\b|\bbbc\b|\bitunes originals\b",
    Family.DEMO: r"\bdemos?\b",
    Family.ORCHESTRAL: r"\borchestra\b|\bsymphonic\b|\bphilharmonic\b",
    Family.RERECORDED: r"\w+s version\b|\bre ?recorded\b",
    Family.SPED_UP: r"\bsped up\b",
    Family.SLOWED: r"\bslowed\b",
    Family.COVER: r"\bcovers\b",
    Family.MEDLEY: r"\bmedley\b",
    Family.A_CAPPELLA: r"\ba ?cappella\b",
}
"""What says of a whole album that its tracks are of a family."""
