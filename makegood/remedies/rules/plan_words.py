"""What a plan says to the customer, in their language. Data, with nothing to run.

Of each line there are several wordings, the richest first; the first that can be filled and is short enough is taken.
None blames, asks for forgiveness, asks the customer to find the way out, or says that things will be better in future:
tests/rules/test_plan.py holds every wording to that.

Places: {owner} who owns the case, {harm} what the customer said it means, {due} when it was promised, {offer} what may
be given at once, {by} by when.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Wordings(NamedTuple):
    """The lines of one language; `day` and `instant` are Django's date formats.

    `foretold` is for what is not late yet, `mistreated` for what was no promise, `again` for a customer who was failed
    before, `said_already` for one to whom we apologised lately.
    """

    day: str
    instant: str
    own: tuple[str, ...]
    listen: tuple[str, ...]
    listen_foretold: tuple[str, ...]
    empathise: tuple[str, ...]
    apologise: tuple[str, ...]
    apologise_foretold: tuple[str, ...]
    apologise_mistreated: tuple[str, ...]
    apologise_again: tuple[str, ...]
    apologise_said_already: tuple[str, ...]
    refocus: tuple[str, ...]


WORDINGS: Mapping[str, Wordings] = {
    "en": Wordings(
        day="l j F",
        instant="D j M, H:i",
        own=(
            "I am {owner}. This is mine now, until you tell me that it is right.",
            "This is mine now, until you tell me that it is right.",
        ),
        listen=(
            "You told us: “{harm}”. What else should I know?",
            "What does this mean for your day? I am listening, and I write it down.",
        ),
        listen_foretold=("What did you plan around it? I would like to know before I act.",),
        empathise=(
            "You had counted on {due}. I can see why you are upset.",
            "You relied on us, and now you have the trouble. That would upset me too.",
        ),
        apologise=(
            "We said {due} and did not keep it. This is on us, and I am sorry.",
            "We did not keep our word. This is on us, and I am sorry.",
        ),
        apologise_foretold=(
            "We said {due}, and it will be later. This is on us, and I am sorry.",
            "It will be later than we said. This is on us, and I am sorry.",
        ),
        apologise_mistreated=("We should have treated you better. This is on us, and I am sorry.",),
        apologise_again=("We have let you down once more. This is on us, and I am sorry.",),
        apologise_said_already=("You have had our apology. Today I begin with what I am doing about it.",),
        refocus=(
            "I will arrange this by {by}: {offer}. Does it suit you?",
            "This is what I can do now: {offer}.",
            "I am working out a plan for you. I will be in touch by {by}.",
            "I am working out a plan now, and I come back to you with it.",
        ),
    ),
    "de": Wordings(
        day="l, j. F",
        instant="D j. M, H:i",
        own=(
            "Ich bin {owner}. Ich kümmere mich darum, bis Sie sagen: Jetzt stimmt es.",
            "Ich kümmere mich selbst darum, bis Sie sagen: Jetzt stimmt es.",
        ),
        listen=(
            "Sie sagten uns: „{harm}“. Was sollte ich noch wissen?",
            "Was bedeutet das heute für Sie? Ich höre zu und schreibe mit.",
        ),
        listen_foretold=("Was hängt für Sie davon ab? Das möchte ich wissen, ehe ich handle.",),
        empathise=(
            "Sie hatten fest mit {due} gerechnet. Ihren Ärger verstehe ich gut.",
            "Sie haben sich auf uns verlassen und nun die Mühe. Das würde mich auch ärgern.",
        ),
        apologise=(
            "Zugesagt war {due}. Das haben wir nicht gehalten. Es tut mir leid.",
            "Wir haben unser Wort nicht gehalten. Das liegt an uns, und es tut mir leid.",
        ),
        apologise_foretold=(
            "Zugesagt war {due}, es wird später. Das liegt an uns. Es tut mir leid.",
            "Es wird später als zugesagt. Das liegt an uns, und es tut mir leid.",
        ),
        apologise_mistreated=("So durften wir Sie nicht behandeln. Das liegt an uns, und es tut mir leid.",),
        apologise_again=("Wir haben Sie erneut enttäuscht. Das liegt an uns, und es tut mir leid.",),
        apologise_said_already=("Unsere Entschuldigung kennen Sie. Heute beginne ich mit dem, was ich tue.",),
        refocus=(
            "Ich schlage vor: {offer}, bis {by}. Passt Ihnen das?",
            "Das kann ich jetzt tun: {offer}.",
            "Ich arbeite an einem Plan für Sie. Bis {by} hören Sie ihn von mir.",
            "Ich arbeite jetzt an einem Plan und melde mich damit bei Ihnen.",
        ),
    ),
    "es": Wordings(
        day=r"l j \d\e F",
        instant="D j M, H:i",
        own=(
            "Soy {owner}. Me ocupo yo hasta que usted me diga que está bien.",
            "Me ocupo yo de esto hasta que usted me diga que está bien.",
        ),
        listen=(
            "Usted nos dijo: «{harm}». ¿Qué más debo saber?",
            "¿Qué supone esto hoy para usted? Le escucho y tomo nota.",
        ),
        listen_foretold=("¿Qué depende de esto para usted? Quiero saberlo antes de actuar.",),
        empathise=(
            "Usted contaba con el {due}. Entiendo bien su enfado.",
            "Confió en nosotros y ahora tiene el problema. A mí también me molestaría.",
        ),
        apologise=(
            "Dijimos el {due} y no cumplimos. La falta es nuestra y lo siento.",
            "No cumplimos nuestra palabra. Es responsabilidad nuestra y lo siento.",
        ),
        apologise_foretold=(
            "Dijimos el {due} y será más tarde. La falta es nuestra y lo siento.",
            "Será más tarde de lo que dijimos. Es responsabilidad nuestra y lo siento.",
        ),
        apologise_mistreated=("Usted merecía un trato mejor. Es responsabilidad nuestra y lo siento.",),
        apologise_again=("Le hemos fallado otra vez. Es responsabilidad nuestra y lo siento.",),
        apologise_said_already=("Ya le dijimos que lo sentimos. Hoy empiezo por lo que estoy haciendo.",),
        refocus=(
            "Le propongo esto: {offer}, a más tardar {by}. ¿Le parece bien?",
            "Esto es lo que puedo hacer ahora: {offer}.",
            "Estoy preparando un plan para usted. Se lo cuento a más tardar {by}.",
            "Estoy preparando un plan y se lo cuento en cuanto esté.",
        ),
    ),
    "pt": Wordings(
        day=r"j \d\e F",
        instant="D j M, H:i",
        own=(
            "Meu nome é {owner}. Isto fica comigo até me dizer que está bem.",
            "Isto fica comigo até me dizer que está bem.",
        ),
        listen=(
            "Contou-nos: “{harm}”. O que mais devo saber?",
            "O que isto muda no seu dia? Quero ouvir e tomo nota.",
        ),
        listen_foretold=("O que depende disto no seu dia? Quero saber antes de agir.",),
        empathise=(
            "Contava com {due}. Compreendo bem que isto aborreça.",
            "Confiou em nós e agora tem o problema. A mim também aborreceria.",
        ),
        apologise=(
            "Prometemos {due} e não cumprimos. A falha é nossa e lamento muito.",
            "Não cumprimos a nossa palavra. A responsabilidade é nossa e lamento muito.",
        ),
        apologise_foretold=(
            "Prometemos {due} e será mais tarde. A falha é nossa e lamento muito.",
            "Será mais tarde do que prometemos. A responsabilidade é nossa e lamento muito.",
        ),
        apologise_mistreated=("Merecia outro tratamento. A responsabilidade é nossa e lamento muito.",),
        apologise_again=("Voltamos a falhar com você. A responsabilidade é nossa e lamento muito.",),
        apologise_said_already=("Já dissemos que lamentamos. Hoje começo pelo que faço agora.",),
        refocus=(
            "Proponho isto: {offer}, até {by}. Está bem assim?",
            "Isto é o que posso fazer agora: {offer}.",
            "Preparo um plano para o seu caso. Dou notícias até {by}.",
            "Preparo agora um plano e volto com ele.",
        ),
    ),
}

IMPROVEMENT: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"(?:will|shall|would|can) (?:not|never)(?: ever)? (?:happen|occur|be repeated)",
        r"\bwon't (?:ever )?(?:happen|occur)",
        r"\bnever again\b",
        r"\bnot happen again\b",
        r"\bnever happens? again\b",
        r"\bnot (?:let|see) (?:this|it|that) happen again",
        r"(?:\bwill|'ll|\bgoing to|\bpromise to) (?:\w+ )?(?:do|be|get) (?:\w+ )?better",
        r"(?:\bwill|'ll|\bgoing to) (?:\w+ )?improve",
        r"\bmake sure (?:that )?(?:this|it|that) (?:never|doesn't|does not|won't)",
        r"\bbetter next time\b",
    ),
    "de": (
        r"\b(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal|nochmals?) (?:vorkommen|passieren|geschehen)",
        r"\b(?:kommt|passiert|geschieht)\b[^.!?]{0,20}\b(?:nicht|nie|niemals) (?:wieder|mehr|noch einmal|nochmal)",
        r"\bnie(?:mals)? wieder\b",
        r"\bkein zweites mal\b",
        r"\bwerden (?:wir )?uns (?:ver)?bessern",
        r"\b(?:werden|machen) (?:wir )?(?:es|das) [^.!?]{0,25}\bbesser\b",
        r"\bbesser (?:zu )?machen\b",
        r"\b(?:nächstes|beim nächsten) mal [^.!?]{0,25}\bbesser",
    ),
    "es": (
        r"\bno (?:nos )?(?:v(?:a|amos) a volver|vuelve|volver(?:á|emos)) a (?:ocurrir|pasar|suceder|repetir|fallar)",
        r"\bno se (?:repetirá|va a repetir|repite)",
        r"\bno (?:ocurrirá|pasará|sucederá)\b",
        r"\bnunca (?:más|jamás)\b",
        r"\b(?:mejoraremos|vamos a mejorar|iremos mejorando)",
        r"\b(?:haremos|vamos a hacer)(?:lo)? [^.!?]{0,20}\bmejor\b",
        r"\blo haremos mejor",
        r"\bla próxima vez [^.!?]{0,25}\bmejor",
    ),
    "pt": (
        r"\bnão (?:voltará|vai voltar|volta|voltaremos|vamos voltar) a (?:acontecer|ocorrer|suceder|repetir|falhar)",
        r"\bnão (?:se repetirá|vai se repetir|se vai repetir|vai repetir-se|irá se repetir)",
        r"\bnão (?:acontecerá|ocorrerá|vai acontecer|vai ocorrer|irá acontecer)",
        r"\bnunca mais\b",
        r"\b(?:melhoraremos|vamos melhorar|iremos melhorar)",
        r"\b(?:faremos|vamos fazer) [^.!?]{0,20}\bmelhor\b",
        r"\b(?:da|na) próxima vez [^.!?]{0,25}\bmelhor",
    ),
}
"""How people say that things will be better in future, by language."""
