"""Words that promise that things will be better: "it will not happen again". Without a change behind them they do more
harm than silence (Halperin, Ho, List & Muir 2022), so no word to a customer holds them unless one is on record.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from makegood.kernel.refusals import invalid

_ONCE_MORE = r"(?:again|any ?more|ever|once more|in (?:the )?future|next time|from now on)"
_US = r"\b(?:we|i)(?:'ll| will| shall| must|(?:'ll| will)? strive to|(?:'re|'m| are| am) going to| promise to) "
_UNS = r"(?:werden|werde|wollen|will|versprechen|verspreche)"
_WAYS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"\b(?:will|shall|would|can|could|must|should|may) (?:not|never) (?:ever |also )?(?:be )?(?:happen|occur|recur"
        rf"|repeat(?:ed)?)\b[^.!?]{{0,30}}?\b{_ONCE_MORE}\b",
        rf"\b(?:won't|shan't|can't|cannot|mustn't) (?:ever )?(?:be )?(?:happen|occur|recur|repeat(?:ed)?)\b"
        rf"[^.!?]{{0,30}}?\b{_ONCE_MORE}\b",
        r"\b(?:will|shall|would|can|must|should) never (?:ever )?(?:happen|occur|recur|be repeated)\b",
        r"\b(?:will|shall) not (?:recur|be repeated)\b|\bwon't (?:recur|be repeated)\b",
        r"\b(?:this|it|that|such a thing|anything like (?:this|it|that)) (?:(?:will|shall) not|won't|cannot|can't)"
        r" (?:ever )?(?:happen|occur)(?= *(?:[.!;,\n]|$|and\b|to you\b))",
        r"(?:\b(?:not|never)|n't) (?:ever )?happens? again\b",
        r"(?<!said )(?<!say )(?<!wrote )(?<!['\"“‘])\bnever again\b",
        r"(?:\b(?:not|never)|n't) (?:let|see|allow) (?:this|it|that|anything like (?:this|it|that))(?: to)? happen\b",
        r"\b(?:make|making|be|are|am) sure(?: that)? (?:this|it|that|such \w+|the same|you) (?:never|does not|doesn't"
        r"|do not|don't|will not|won't|will never|cannot|can't)\b[^.!?]{0,40}\b(?:happen|occur|recur|repeat|again)",
        r"\b(?:make|making) sure(?: that)? (?:this|it|that) never (?:happens|comes)\b",
        r"\b(?:prevent|stop|avoid|keep)(?:s|ing)? (?:this|it|that|these|such|any|anything|something|the same)\b"
        r"[^.!?]{0,30}\b(?:happening|occurring|recurring|a repeat)\b",
        r"\bso(?: that)? (?:this|it|that|the same|such a thing) (?:does not|doesn't|will not|won't|never|cannot|can't)"
        r"[^.!?]{0,15}\b(?:happen|occur|recur|repeat)",
        r"\b(?:ensure|ensures|ensuring|assure you|make sure|guarantee)\b[^.!?]{0,60}(?:\b(?:not|never)|n't) (?:be )?"
        r"(?:repeated|recur|happen|occur)\b",
        r"\bthere (?:will|shall) be no (?:repeat|recurrence|repetition)\b",
        r"\bno (?:repeat|recurrence|repetition) of this\b",
        rf"{_US}(?:\w+ )?(?:do|be|get) (?:\w+ )?better\b(?! (?:than|off|able|on|at|placed))",
        r"\b(?:things|our service|the service) (?:will|shall) (?:get|be) (?:\w+ )?better\b",
        rf"{_US}(?:\w+ )?improve\b(?! (?:on |upon )?(?:the|our|my|this|that|your) (?:offer|price|refund|proposal|room"
        r"|seat))",
        r"\bbetter next time\b",
    ),
    "de": (
        r"\b(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal|nochmals?|ein zweites mal)"
        r" (?:vorkomm\w+|passier\w+|gescheh\w+|geschieht|auftret\w+|auftritt)",
        r"\bkommt\b[^.!?]{0,25}\b(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal|nochmals?) vor\b",
        r"\b(?:passiert|geschieht)\b[^.!?]{0,25}\b(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal|nochmals?)\b",
        r"(?:^|[.!?:] ?)nie(?:mals)? wieder\b|\bnie(?:mals)? wieder (?:so\b|ein\w* solche)",
        r"\b(?:das|dies|es|so etwas) (?:wird|darf|soll) (?:\w+ )?(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal)"
        r" (?:sein|vorkomm\w+|passier\w+|gescheh\w+)",
        r"\bkein zweites mal (?:vorkomm\w+|passier\w+|gescheh\w+|geben)",
        r"\b(?:passiert|geschieht|kommt)\b[^.!?]{0,25}\bkein zweites mal\b",
        r"\b(?:das|dies|es|so etwas|sich)\b[^.!?]{0,20}\bnicht wiederholen\b"
        r"|\b(?:das|dies|so etwas) wiederholt sich nicht",
        r"\bdamit (?:das|dies|es|so etwas)\b[^.!?]{0,20}\b(?:nicht|nie) (?:wieder|mehr|noch einmal)\b",
        rf"\b{_UNS} (?:wir |ich )?(?:uns|mich) (?:\w+ )?(?:ver)?bessern\b",
        rf"\b{_UNS}\b[^.!?]{{0,40}}\bbesser(?: zu)? machen\b",
        r"\b(?:wir werden|werden wir|wir machen|machen wir) (?:es|das|alles) [^.!?]{0,25}\bbesser\b"
        r"(?! (?:am|um|wenn|als|verpackt))",
        r"\b(?:nächstes|beim nächsten) mal [^.!?]{0,25}\bbesser",
    ),
    "es": (
        r"\bno (?:nos |se )?(?:v(?:a|amos|aya) a volver|vuelve|vuelva|volver(?:á|emos)) a"
        r" (?:ocurrir|pasar|suceder|repetir(?:se)?|fallar)",
        r"\bno se (?:repetirá|va a repetir|repita)\b|\b(?:esto|eso|algo así) no se repite\b",
        r"\bno (?:ocurrirá|pasará|sucederá|va a (?:ocurrir|pasar|suceder))\b(?=[^.!?]{0,15}\b(?:de nuevo|otra vez|más"
        r"|nunca)\b)|\b(?:esto|eso|algo así) no (?:ocurrirá|pasará|sucederá)\b",
        r"(?<!dijo )(?<!dice )(?<![«“\"])\bnunca (?:más|jamás)\b",
        r"\b(?:mejoraremos|vamos a mejorar|iremos mejorando)\b(?! (?:la|nuestra|esta) oferta)",
        r"\b(?:haremos|vamos a hacer)(?:lo)? (?:las cosas |esto |eso |todo )?(?:mucho )?mejor\b(?! posible)",
        r"\blo (?:haremos|vamos a hacer) (?:mucho )?mejor\b",
        r"\bla próxima vez [^.!?]{0,25}\bmejor",
    ),
    "pt": (
        r"\bnão (?:voltará|vai voltar|volta|volte|voltaremos|vamos voltar) a"
        r" (?:acontecer|ocorrer|suceder|repetir|falhar)",
        r"\bnão (?:se repetirá|vai se repetir|se vai repetir|vai repetir-se|irá se repetir|se repita)",
        r"\bnão (?:acontecerá|ocorrerá|vai acontecer|vai ocorrer|irá acontecer)\b(?=[^.!?]{0,15}\b(?:de novo|novamente"
        r"|outra vez|mais|nunca)\b)|\b(?:isto|isso|algo assim) não (?:acontecerá|ocorrerá|vai acontecer)\b",
        r"(?<!disse )(?<!diz )(?<![«“\"])\bnunca mais\b",
        r"\b(?:melhoraremos|vamos melhorar|iremos melhorar)\b(?! (?:a|nossa|esta) (?:nossa )?(?:oferta|proposta))",
        r"\b(?:faremos|vamos fazer) (?:as coisas |isto |isso |tudo )?(?:muito )?melhor\b(?! possível)",
        r"\b(?:da|na) próxima vez [^.!?]{0,25}\bmelhor",
    ),
}
"""How people say it, by language, in small letters. A plain "will not happen today" is news, and news may be told."""
_ANY = re.compile("|".join(way for ways in _WAYS.values() for way in ways))
# What an answer quotes of the letter it answers is somebody else's.
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)


def better_in(texts: Iterable[str]) -> str:
    """The first words in these that promise that things will be better, in any language we speak; "" for none."""
    for text in texts:
        plain = " ".join(_QUOTED.sub(" ", text).casefold().replace("’", "'").split())
        if found := _ANY.search(plain):
            return found[0].strip(" .!?:")
    return ""


def where_better(text: str) -> tuple[int, int] | None:
    """Where these words stand in a text: from the first character to after the last; None for none."""
    words = better_in([text])
    parts = (re.escape(word).replace("'", "['’]").replace("ss", "(?:ss|ß)") for word in words.split())
    found = re.search(r"\s+".join(parts), text, re.IGNORECASE) if words else None
    return found.span() if found else None


def check_not_better(texts: Iterable[str], *, field: str | None = None) -> None:
    """Raises Refusal "promise.no_improvement" for words that promise that things will be better. Whoever knows of an
    improvement does not ask."""
    if found := better_in(texts):
        raise invalid(
            "promise.no_improvement",
            f"“{found}” promises that things will be better, and no improvement is on record for the cause. Leave it"
            " out and say what you are doing now; or record under Improvements what is changed about the cause: once"
            " that is live, it may be said.",
            field=field,
        )
