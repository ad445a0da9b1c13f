"""What an incident's message says beyond the lines of every plan, in each language. Data, with nothing to run.

Places: {promise} what was promised, {due} when, {new} when it is expected now, {owner} who owns the case, {offer} what
is given, {by} by when. A sentence with a place of which nothing is known is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Wordings(NamedTuple):
    """The lines of one language; `rest` is what a text message says of what it leaves out."""

    news: str
    offer: str
    answer: str
    rest: str


WORDINGS: Mapping[str, Wordings] = {
    "en": Wordings(
        news="As things stand it will be {new}.",
        offer="What we give you for the trouble: {offer}. You have it by {by} at the latest.",
        answer="What does this mean for your day? Write it on your page: {owner} reads it, and answers.",
        rest="All of it, and how to answer us, is on your page.",
    ),
    "de": Wordings(
        news="Nach heutigem Stand wird es {new}.",
        offer="Für Ihre Mühe geben wir Ihnen: {offer}. Sie haben es spätestens {by}.",
        answer="Was bedeutet das heute für Sie? Ihre Antwort auf Ihrer persönlichen Seite liest {owner} selbst.",
        rest="Alles Weitere, und wie Sie uns antworten, steht auf Ihrer Seite.",
    ),
    "es": Wordings(
        news="Según lo que sabemos ahora, será el {new}.",
        offer="Por las molestias le damos: {offer}. Lo tendrá a más tardar el {by}.",
        answer="¿Qué supone esto hoy para usted? Lo que responda en su página lo lee {owner} y le contesta.",
        rest="Todo lo demás, y cómo respondernos, está en su página.",
    ),
    "pt": Wordings(
        news="Pelo que sabemos agora, será em {new}.",
        offer="Pelo incómodo oferecemos: {offer}. Chega o mais tardar até {by}.",
        answer="O que isto muda no seu dia? Escreva-o na sua página: {owner} lê e responde.",
        rest="Tudo o resto, e como nos responder, está na sua página.",
    ),
}
