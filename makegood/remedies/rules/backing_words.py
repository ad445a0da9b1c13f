"""Words by which a draft states something, by language: numbers, what was done, what is given. Data.

In each pattern the group `what` is the word that has to stand in the facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBERS: Mapping[str, frozenset[str]] = {
    "en": _words(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty thirty"
        " forty fifty sixty seventy eighty ninety hundred thousand dozen half twice double triple third quarter"
    ),
    "de": _words(
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig sechzig siebzig"
        " achtzig neunzig hundert tausend dutzend halb halbe hälfte doppelt doppelte dreifach drittel viertel"
    ),
    "es": _words(
        "dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cuarenta cincuenta sesenta"
        " setenta ochenta noventa cien ciento mil docena medio media mitad doble triple tercio cuarto"
    ),
}
_DONE = {
    "en": "sent|refunded|ordered|arranged|booked|spoken|called|rung|checked|fixed|replaced|credited|dispatched|shipped"
    "|informed|contacted|raised|escalated|scheduled|reserved|issued|processed|started|begun|changed|corrected"
    "|updated|repaired|organised|organized|investigated|found|confirmed|paid|delivered|prepared|reviewed",
    "de": "geschickt|gesendet|verschickt|versandt|erstattet|bestellt|veranlasst|gebucht|gesprochen|angerufen|geprüft"
    "|überprüft|behoben|ersetzt|gutgeschrieben|gebeten|informiert|kontaktiert|weitergeleitet|reserviert|begonnen"
    "|geändert|korrigiert|repariert|organisiert|untersucht|gefunden|bestätigt|überwiesen|bezahlt|geliefert|vorbereitet",
    "es": "enviado|mandado|reembolsado|devuelto|pedido|organizado|reservado|hablado|llamado|comprobado|revisado"
    "|arreglado|solucionado|sustituido|abonado|informado|contactado|iniciado|empezado|cambiado|corregido|reparado"
    "|investigado|encontrado|confirmado|pagado|entregado|preparado|trasladado",
}
DEEDS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        rf"\b(?:(?:have|has|had|was|were|been|is|are|[’']ve) (?:\w+ ){{0,3}}?|(?:I|we) (?:\w+ )?)"
        rf"(?P<what>{_DONE['en']})\b",
        re.IGNORECASE,
    ),
    "de": re.compile(rf"\b(?P<what>{_DONE['de']})\b", re.IGNORECASE),
    "es": re.compile(
        rf"\b(?:he|hemos|ha|han|sido|está|están) (?:\w+ ){{0,3}}?(?P<what>(?:{_DONE['es']})[as]?s?)\b", re.IGNORECASE
    ),
}
"""What was done, as it is said: a fact that somebody would have to have recorded."""
GIFTS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?P<what>refund\w*|vouchers?|credits?|discounts?|compensat\w*|gifts?|replacements?|upgrades?|reimburse\w*"
        r"|free(?! to)|complimentary|waive\w*|coupons?|guarantee\w*|technicians?|couriers?|engineers?)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?P<what>erstatt\w*|rückerstatt\w*|gutschein\w*|gutschrift\w*|rabatt\w*|nachlass|entschädig\w*|geschenk\w*"
        r"|ersatz\w*|umtausch\w*|kostenlos\w*|kostenfrei\w*|gratis|garantier\w*|techniker\w*|kurier\w*)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?P<what>reembols\w*|devoluci\w*|vales?|cupón|cupones|abonos?|descuentos?|compensa\w*|indemniza\w*|regal\w*"
        r"|reemplazos?|sustitu\w*|gratis|gratuit\w*|garantiz\w*|técnic\w*|mensajer\w*)\b",
        re.IGNORECASE,
    ),
}
"""What would be given, or who would come: each needs its word in the facts."""
PRONOUNS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"i", "i'm", "i’m", "i'll", "i’ll", "i've", "i’ve", "i'd", "i’d", "ok"}),
    "de": frozenset({"sie", "ihnen", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres", "du", "dir", "dich", "dein"}),
    "es": frozenset({"usted", "ustedes", "ud", "uds", "le", "les", "su", "sus"}),
}
TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "herr", "herrn", "frau", "kollege", "kollegin", "kollegen", "firma", "sr", "sra",
    "señor", "señora", "don", "doña", "colleague", "compañero", "compañera",
})  # fmt: skip
VERBS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"will", "has", "is", "can", "and", "from"}),
    "es": frozenset({"le", "va", "ha", "es", "está", "puede", "y"}),
}
"""What a name at the head of a sentence goes on with."""
COMMON: Mapping[str, frozenset[str]] = {
    "en": _words(
        "i we you your our my this that it the these those there here what which who when where how why as so and but"
        " or if to for on by in at of from with until once after before then now today tomorrow all each every both any"
        " nobody nothing everything everyone everybody somebody someone something anything no not please thank may can"
        " would could should is are does do did have has had let one another again instead meanwhile below above"
        " delivery nobody's"
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer eines unser unsere unseren mein meine meinen dieser diese"
        " dieses diesen diesem ihr ihre ihren im am zum zur beim vom in an auf aus bei mit für nach von vor zu bis über"
        " unter durch ohne um seit wegen als wenn dass weil und oder aber so was wie wo wann warum wer welche welcher"
        " jede jeder jedes alle kein keine keinen guten guter gute vielen sehr liebe lieber trotz während statt"
    ),
    "es": _words(
        "yo nosotros usted ustedes él ella ellos esto eso este esta ese esa el la los las un una lo le les se me nos su"
        " sus mi nuestro nuestra que qué quien quién cuando cuándo donde cómo como porque por para con sin de del al a"
        " en y o pero si sí no ni ya hoy ahora todo todos nada nadie alguien algo cada"
    ),
}
"""Words at the head of a sentence, or before a German noun, that are part of no name."""
