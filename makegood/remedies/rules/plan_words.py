"""What a plan says to the customer, in their language. Data, with nothing to run.

Of each line there are several wordings, the richest first; the first that can be filled and is short enough is taken.
None blames, asks for forgiveness, asks the customer to find the way out, or says that things will be better in future:
tests/rules/test_plan.py holds every wording to that.

Places: {owner} who owns the case, {harm} what the customer said it means, {due} when it was promised, {offer} what may
be given at once, {by} by when. Where no time is known the last wording leaves a gap, in square brackets, for whoever
speaks to fill: nothing is promised by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Wordings(NamedTuple):
    """The lines of one language; `day`, `instant` and `deadline` (by when) are Django's date formats, `gap` what
    stands for a time that is not known.

    `foretold` is for what is not late yet, `told` for what we learned from the customer and had not promised,
    `mistreated` for what was no promise either and nobody told us, `again` for a customer who was failed before,
    `said_already` for one to whom we apologised lately. `colleague` is for whoever speaks and does not own the case,
    and `planning` for while there is nothing to offer.
    """

    day: str
    instant: str
    deadline: str
    gap: str
    own: tuple[str, ...]
    own_colleague: tuple[str, ...]
    listen: tuple[str, ...]
    listen_told: tuple[str, ...]
    listen_foretold: tuple[str, ...]
    empathise: tuple[str, ...]
    apologise: tuple[str, ...]
    apologise_foretold: tuple[str, ...]
    apologise_told: tuple[str, ...]
    apologise_mistreated: tuple[str, ...]
    apologise_again: tuple[str, ...]
    apologise_said_already: tuple[str, ...]
    refocus: tuple[str, ...]
    planning: tuple[str, ...]
    planning_colleague: tuple[str, ...]


WORDINGS: Mapping[str, Wordings] = {
    "en": Wordings(
        day="l j F",
        instant="D j M, H:i",
        deadline="l j F, H:i",
        gap="[day and time]",
        own=(
            "I am {owner}. This is mine now, until you tell me that it is right.",
            "This is mine now, until you tell me that it is right.",
        ),
        own_colleague=(
            "We see this through: {owner} has it, until you tell us that it is right.",
            "We see this through, until you tell us that it is right.",
        ),
        listen=(
            "You told us: “{harm}”. What else does this mean for your day?",
            "What does this mean for your day? I would like to know before I act.",
        ),
        listen_told=("Thank you for telling us. What does it mean for your day?",),
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
        apologise_told=("You should never have had to come to us with this. This is on us, and I am sorry.",),
        apologise_mistreated=("We should have treated you better. This is on us, and I am sorry.",),
        apologise_again=("We have let you down once more. This is on us, and I am sorry.",),
        apologise_said_already=("You have had words from us before. Today I begin with what I am doing about it.",),
        refocus=(
            "I will arrange this by {by}: {offer}. Does it suit you?",
            "I will arrange this by {by}: {offer}.",
            "This is what I can do now: {offer}.",
        ),
        planning=(
            "I am working out a plan for you. I will be in touch by {by}.",
            "I am preparing a plan for you. You hear it from me by [day and time].",
        ),
        planning_colleague=(
            "We are working out a plan for you. We will let you know it by {by}.",
            "We are preparing a plan for you. You hear it from us by [day and time].",
        ),
    ),
    "de": Wordings(
        day="l, j. F",
        instant="D j. M, H:i",
        deadline=r"j. F, H:i \U\h\r",
        gap="[Tag und Uhrzeit]",
        own=(
            "Ich bin {owner}. Ich kümmere mich darum, bis Sie sagen: Jetzt stimmt es.",
            "Ich kümmere mich selbst darum, bis Sie sagen: Jetzt stimmt es.",
        ),
        own_colleague=(
            "Wir übernehmen die Verantwortung. {owner} kümmert sich, bis es für Sie stimmt.",
            "Wir übernehmen die Verantwortung, bis Sie sagen: Jetzt stimmt es.",
        ),
        listen=(
            "Sie sagten uns: „{harm}“. Was sollte ich noch wissen?",
            "Was bedeutet das heute für Sie? Das möchte ich wissen, ehe ich handle.",
        ),
        listen_told=("Danke, dass Sie es uns sagen. Was bedeutet das heute für Sie?",),
        listen_foretold=("Was hängt für Sie davon ab? Das möchte ich wissen, ehe ich handle.",),
        empathise=(
            "Sie hatten fest mit {due} gerechnet. Ihren Ärger verstehe ich gut.",
            "Sie haben sich auf uns verlassen. Ihren Ärger verstehe ich gut.",
        ),
        apologise=(
            "Zugesagt war {due}. Das haben wir nicht gehalten. Es tut mir leid.",
            "Wir haben unser Wort nicht gehalten. Das liegt an uns, und es tut mir leid.",
        ),
        apologise_foretold=(
            "Zugesagt war {due}, es wird später. Das liegt an uns. Es tut mir leid.",
            "Es wird später als zugesagt. Das liegt an uns, und es tut mir leid.",
        ),
        apologise_told=("Das hätte Ihnen mit uns nicht passieren dürfen. Das liegt an uns. Es tut mir leid.",),
        apologise_mistreated=("So durften wir Sie nicht behandeln. Das liegt an uns, und es tut mir leid.",),
        apologise_again=("Wir haben Sie erneut enttäuscht. Das liegt an uns, und es tut mir leid.",),
        apologise_said_already=("Worte haben Sie von uns schon gehört. Heute beginne ich mit dem, was ich tue.",),
        refocus=(
            "Das übernehme ich bis zum {by}: {offer}. Passt Ihnen das?",
            "Das übernehme ich bis zum {by}: {offer}.",
            "Das kann ich jetzt tun: {offer}.",
        ),
        planning=(
            "Ich melde mich bis zum {by} mit einem Plan für Sie.",
            "Ich arbeite an einem Plan für Sie. Bis zum [Tag und Uhrzeit] hören Sie ihn von mir.",
        ),
        planning_colleague=(
            "Wir übernehmen das und melden uns bis zum {by} mit einem Plan für Sie.",
            "Wir arbeiten an einem Plan für Sie. Bis zum [Tag und Uhrzeit] hören Sie ihn von uns.",
        ),
    ),
    "es": Wordings(
        day=r"l j \d\e F",
        instant=r"l j \d\e F, H:i",
        deadline=r"j \d\e F \a \l\a\s H:i",
        gap="[día y hora]",
        own=(
            "Soy {owner}. Me ocupo yo hasta que usted me diga que está bien.",
            "Me ocupo yo de esto hasta que usted me diga que está bien.",
        ),
        own_colleague=(
            "Nos hacemos cargo: lo lleva {owner} hasta que usted nos diga que está bien.",
            "Nos hacemos cargo hasta que usted nos diga que está bien.",
        ),
        listen=(
            "Usted nos dijo: «{harm}». ¿Qué más debo saber?",
            "¿Qué supone esto hoy para usted? Quiero saberlo antes de actuar.",
        ),
        listen_told=("Gracias por decírnoslo. ¿Qué supone esto hoy para usted?",),
        listen_foretold=("¿Qué depende de esto para usted? Quiero saberlo antes de actuar.",),
        empathise=(
            "Usted contaba con el {due}. Entiendo bien su enfado.",
            "Confió en nosotros y ahora tiene el problema. Entiendo bien su enfado.",
        ),
        apologise=(
            "Dijimos el {due} y no cumplimos. La falta es nuestra y lo siento.",
            "No cumplimos nuestra palabra. Es responsabilidad nuestra y lo siento.",
        ),
        apologise_foretold=(
            "Dijimos el {due} y será más tarde. La falta es nuestra y lo siento.",
            "Será más tarde de lo que dijimos. Es responsabilidad nuestra y lo siento.",
        ),
        apologise_told=("Usted no debía tener este problema. Es responsabilidad nuestra y lo siento.",),
        apologise_mistreated=("Usted merecía un trato mejor. Es responsabilidad nuestra y lo siento.",),
        apologise_again=("Le hemos fallado otra vez. Es responsabilidad nuestra y lo siento.",),
        apologise_said_already=("Palabras ya le hemos dado. Hoy empiezo por lo que estoy haciendo.",),
        refocus=(
            "Lo arreglo a más tardar el {by}: {offer}. ¿Le parece bien?",
            "Lo arreglo a más tardar el {by}: {offer}.",
            "Esto es lo que puedo hacer ahora: {offer}.",
        ),
        planning=(
            "Estoy preparando un plan para usted. Se lo cuento a más tardar el {by}.",
            "Estoy preparando un plan para usted. Se lo cuento a más tardar el [día y hora].",
        ),
        planning_colleague=(
            "Estamos preparando un plan para usted. Se lo contamos a más tardar el {by}.",
            "Estamos preparando un plan para usted. Se lo contamos a más tardar el [día y hora].",
        ),
    ),
    "pt": Wordings(
        day=r"j \d\e F",
        instant="D j M, H:i",
        deadline=r"D j M \à\s H:i",
        gap="[dia e hora]",
        own=(
            "Meu nome é {owner}. Isto fica comigo até me dizer que está bem.",
            "Isto fica comigo até me dizer que está bem.",
        ),
        own_colleague=(
            "Assumimos isto: fica com {owner} até nos dizer que está bem.",
            "Assumimos isto até nos dizer que está bem.",
        ),
        listen=(
            "Contou-nos: “{harm}”. O que mais devo saber?",
            "O que isto muda no seu dia? Quero saber antes de agir.",
        ),
        listen_told=("Obrigado por nos dizer. O que isto muda no seu dia?",),
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
        apologise_told=("Isto não lhe devia ter acontecido. A responsabilidade é nossa e lamento muito.",),
        apologise_mistreated=("Merecia outro tratamento. A responsabilidade é nossa e lamento muito.",),
        apologise_again=("Voltamos a falhar com você. A responsabilidade é nossa e lamento muito.",),
        apologise_said_already=("Palavras já teve de nós. Hoje começo pelo que faço agora.",),
        refocus=(
            "Proponho isto: {offer}, até {by}. Está bem assim?",
            "Faço isto até {by}: {offer}.",
            "Isto é o que posso fazer agora: {offer}.",
        ),
        planning=(
            "Preparo um plano para o seu caso. Dou notícias até {by}.",
            "Preparo um plano para o seu caso. Dou notícias até [dia e hora].",
        ),
        planning_colleague=(
            "Preparamos um plano para o seu caso. Damos notícias até {by}.",
            "Preparamos um plano para o seu caso. Damos notícias até [dia e hora].",
        ),
    ),
}
