"""`makegood practice`: plays a scene in the terminal. Needs no installation; one adds the organisation's own scenes."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makegood.config import practice_led
from makegood.config.faults import Fault
from makegood.config.installed import environment
from makegood.kernel.refusals import Refusal
from makegood.kernel.worktime import duration_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from makegood.adapters.asking import Asked
    from makegood.practice.rules.engine import Play
    from makegood.practice.rules.moves import Move
    from makegood.practice.rules.review import Review
    from makegood.practice.rules.standing import Standing, Step
    from makegood.practice.rules.values import Scene
    from makegood.practice.rules.voicing import Voiced

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROLES = click.Choice(("agent", "lead", "executive"))
_HELP = (
    "Type what you say. /give OPTION WORDS gives something with it; /look FACT, /wait [MINUTES], /bye, /help, /quit."
)


class Practice(click.Group):
    """Takes a first word that is no subcommand for the name of a scene to play."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            args = ["list"]
        elif args[0] not in self.commands and not args[0].startswith("-"):
            args = ["play", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=Practice,
    epilog="""\b
Examples:
  makegood practice
  makegood practice late-unit
  makegood practice silent-alarm --role executive --second
  makegood practice late-unit --save try.json < my-words.txt
  makegood practice review try.json
  makegood practice check our-scene.yaml
  makegood practice assign late-unit mara@example.com --by lena@example.com --why "Your first week"
  makegood practice assignments --by lena@example.com
  makegood practice from-case SR-1001 --by helen@example.com --name "Two chairs short"

\b
How reactions are worked out, and how a scene is written: docs/practice.md
""",
)
def command() -> None:
    """Practise with a customer who answers by stated rules: `makegood practice SCENE`.

    The same words give the same answer. Without a scene: which there are.
    """


@command.command(name="list", epilog="\b\nExample:\n  makegood practice list\n")
def list_scenes() -> None:
    """The scenes that ship, and those that the organisation published: name, what happened, and in which trade."""
    from makegood.practice.rules.scene_file import shipped

    for one in (*shipped().values(), *_own()):
        ours = "" if one.id in shipped() else ", our own"
        click.echo(f"{one.id:<20} {one.name} ({one.trade}, {one.level}{ours})\n{'':<20} {one.happened}")


@command.command(epilog="\b\nExample:\n  makegood practice play late-unit --role lead\n")
@click.argument("scene")
@click.option("--role", type=_ROLES, default="agent", show_default=True, help="As whom you play.")
@click.option("--second", is_flag=True, help="A second failure is thrown in.")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the play down, to review it later."
)
def play(scene: str, role: str, second: bool, save: Path | None) -> None:
    """Play a SCENE, by its name or a file: one line of standard input is one thing you say.

    Ends with the customer, at /bye, or where the input ends; then tells what moved them. Exit code 0 however it ends.
    """
    from makegood.practice.rules.engine import Play
    from makegood.practice.rules.scene_file import scene_of
    from makegood.practice.rules.values import Grade
    from makegood.practice.rules.voicing import Voiced

    text = _text_of(scene)
    playing = Play(scene_of(text, scene), Grade(role), second)
    voice, voiced = _voice(), dict[int, Voiced]()
    _set_out(playing, voice)
    steps = list(_played(playing, voice, voiced))
    if save:
        _save(save, text, playing, steps, voiced)
    _tell(playing, steps, text, voiced)


@command.command(epilog="\b\nExample:\n  makegood practice review try.json\n")
@click.argument("file", type=_FILE)
def review(file: Path) -> None:
    """Look back at a play that was kept with --save: what moved the customer, when and why, and better lines."""
    from makegood.practice.rules.engine import Play, run
    from makegood.practice.rules.moves import read_moves
    from makegood.practice.rules.scene_file import scene_of
    from makegood.practice.rules.values import Grade
    from makegood.practice.rules.voicing import read_voiced

    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        playing = Play(scene_of(kept["scene"], file.name), Grade(kept["role"]), kept["second"])
        moves, voiced = read_moves(kept["moves"]), read_voiced(kept.get("voiced", {}))
    except (ValueError, KeyError, TypeError):
        raise Fault(f"{file} was not written by `makegood practice SCENE --save`.") from None
    _tell(playing, run(playing, moves), kept["scene"], voiced)


@command.command(epilog="\b\nExample:\n  makegood practice check our-scene.yaml\n")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=_FILE)
def check(files: tuple[Path, ...]) -> None:
    """Check scenes: that they are well written, that every mood and end can be reached, and how their dialogues end.

    Without a FILE those that ship and those that the organisation published. Exit code 1 when something is wrong.
    """
    from makegood.practice.rules.checking import check as look
    from makegood.practice.rules.scene_file import load, shipped

    scenes = [load(file) for file in files] if files else [*shipped().values(), *_own()]
    wrong = 0
    for one in scenes:
        found = look(one)
        wrong += len(found.wrong)
        ends = ", ".join(sorted(end.value for end in found.ends))
        said = "; ".join(each.sentence for each in found.wrong)
        click.echo(f"{one.id}: {said or f'every mood and every end can be reached ({ends}).'}")
    if wrong:
        sys.exit(1)


for _one in (practice_led.assign, practice_led.assignments, practice_led.take_back, practice_led.from_case):
    command.add_command(_one)


def _own() -> list[Scene]:
    """The organisation's own scenes; why there are none, where they could not be asked for."""
    from makegood.config.own_scenes import own_scenes

    own = own_scenes()
    if own.trouble:
        click.echo(f"The organisation's own scenes are left out. {own.trouble}", err=True)
    return [scene for scene, _text in own.scenes.values()]


def _text_of(scene: str) -> str:
    from makegood.practice.rules.scene_file import shipped, shipped_text

    path = Path(scene)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise Fault(f"There is no file {path}.")
        return path.read_text(encoding="utf-8-sig")
    return shipped_text(scene) if scene in shipped() else _own_text(scene)


def _own_text(scene: str) -> str:
    from makegood.config.own_scenes import own_scenes
    from makegood.practice.rules.scene_file import shipped

    own = own_scenes()
    if scene not in own.scenes:
        names = ", ".join((*shipped(), *own.scenes))
        raise Fault(f"There is no scene {scene!r}. {own.trouble or f'There are: {names}.'}")
    return own.scenes[scene][1]


def _voice() -> Asked | None:
    """Who phrases what the customer says, if the environment turns that on; else nothing of it is looked at."""
    if os.environ.get("MAKEGOOD_PRACTICE_VOICE", "") in ("", "off"):
        return None
    from makegood.adapters.asking import VOICE_SECONDS, ChatModel

    where = environment()
    return ChatModel(where.ai, seconds=VOICE_SECONDS) if where.ai and where.practice_voice else None


def _set_out(playing: Play, voice: Asked | None) -> None:
    scene = playing.scene
    if voice:
        click.echo(
            f"{voice.model} says some of the customer's lines in other words; stated rules decide what they are."
        )
    click.echo(f"{scene.name}\n{scene.customer}: {scene.who}.\nPromised: {scene.promise}\nHappened: {scene.happened}")
    click.echo(f"You: {scene.briefs[playing.role]}\n\n{_HELP}\n")
    for fact in scene.facts:
        click.echo(f"  /look {fact.id:<14} {fact.label} ({fact.minutes} min)")
    for option in scene.options:
        done = duration_words(timedelta(minutes=option.within))
        ask = "" if playing.may(option) else f" (you must ask: {option.who})"
        click.echo(f"  /give {option.id:<14} {option.label}, done within {done}{ask}")
    click.echo(f"\n{scene.customer}: {scene.openings[playing.role]}")


def _played(playing: Play, voice: Asked | None, voiced: dict[int, Voiced]) -> Iterator[Step]:
    """Each step as it is typed, until the scene, the input or the player ends it; `voiced` takes what was phrased."""
    from makegood.practice.rules.engine import begin, step
    from makegood.practice.rules.moves import Leave
    from makegood.practice.rules.voicing import phrased

    standing, theirs = begin(playing), playing.scene.openings[playing.role]
    while not standing.end:
        typed = _typed(playing, standing)
        if typed in {"/quit", None}:
            return
        try:
            move = Leave() if typed == "/bye" else _move(playing, standing, typed or "", theirs)
        except (Refusal, Fault) as refused:
            click.echo(f"  {refused}")
            continue
        one = step(playing, standing, move)
        words = phrased(voice, playing.scene, one) if voice else None
        if words:
            voiced[one.after.moves] = words
        _answered(playing, one, words.words if words else one.says)
        standing, theirs = one.after, f"{theirs}\n{one.says}"
        yield one


def _typed(playing: Play, standing: Standing) -> str | None:
    """The next line that says something; None where the input ends."""
    from makegood.practice.rules.hearing import clock

    prompt = f"[{clock(playing.scene, standing.minute)}] You: "
    terminal = sys.stdin.isatty()
    while True:
        click.echo(prompt, nl=False)
        line = sys.stdin.readline()
        if not terminal:
            click.echo(line.rstrip("\n") or "")
        if not line:
            return None
        if line.strip():
            return line.strip()


def _move(playing: Play, standing: Standing, typed: str, theirs: str) -> Move:
    from makegood.practice.rules.hearing import hear
    from makegood.practice.rules.moves import Look, Wait

    word, _, rest = typed.partition(" ")
    match word:
        case "/give":
            option, _, words = rest.strip().partition(" ")
            return hear(playing, standing, words, give=option, theirs=theirs)
        case "/look":
            if playing.scene.fact(rest.strip()) is None:
                raise Fault(f"Look up one of: {', '.join(one.id for one in playing.scene.facts)}.")
            return Look(rest.strip())
        case "/wait":
            minutes = rest.strip()
            if minutes and not (minutes.isdecimal() and 0 < int(minutes) <= 1440):
                raise Fault("Wait so many minutes, up to 1440; without a number until what you promised.")
            return Wait(minutes=int(minutes or 0), until_due=not minutes)
        case _ if word.startswith("/"):
            raise Fault(_HELP)
        case _:
            return hear(playing, standing, typed, theirs=theirs)


def _answered(playing: Play, one: Step, says: str) -> None:
    from makegood.practice.rules.moves import Look

    if isinstance(one.move, Look) and (fact := playing.scene.fact(one.move.fact)):
        click.echo(f"  {fact.tells}")
    for due in one.after.dues:
        if due not in one.before.dues and one.after.is_only_said(due):
            click.echo(f"  You promised “{due.words}”, and nothing is under way for it yet: /give what does it.")
    if says:
        click.echo(f"{playing.scene.customer}: {says}")


def _save(file: Path, text: str, playing: Play, steps: Sequence[Step], voiced: Mapping[int, Voiced]) -> None:
    from makegood.practice.rules.moves import written

    kept: dict[str, Any] = {"scene": text, "role": playing.role, "second": playing.second}
    kept |= {"moves": [written(one.move) for one in steps], "voiced": {str(at): one for at, one in voiced.items()}}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _tell(playing: Play, steps: Sequence[Step], text: str, voiced: Mapping[int, Voiced]) -> None:
    from makegood.practice.rules.review import dialogues, review

    both = dialogues(text)
    found = review(playing, steps, both.lines, voiced)
    click.echo("\nLooking back\n")
    _turns(found)
    feeling, end = found.standing.feeling, found.standing.end
    click.echo(f"It ended: {end.value if end else 'not yet'}. Trust {found.begins.trust} → {feeling.trust}, anger "
               f"{found.begins.anger} → {feeling.anger}, effort {found.begins.effort} → {feeling.effort}.")  # fmt: skip
    click.echo(f"Steps missing: {', '.join(found.missing) or 'none'}.")
    last = both.bare[-1].after
    click.echo(f"The same scene without a system ended {last.end} with a trust of {last.feeling.trust}:")
    for one in review(playing, both.bare).turns:
        click.echo(f"  You: {one.text or one.done}\n  {playing.scene.customer}: {one.says}")


def _turns(found: Review) -> None:
    for one in found.turns:
        click.echo(f"{one.clock}  {one.text or one.done}")
        for shift in one.shifts:
            words = f" “{' '.join(shift.words.split())}”" if shift.words else ""
            click.echo(f"       trust {shift.trust:+d}, anger {shift.anger:+d}: {shift.why}{words} ({shift.source})")
        for fault in one.faults:
            click.echo(f"       {fault.code} “{fault.words}”. Better: {fault.better}")
        if one.better:
            click.echo(f"       You could have said: {one.better}")
        if one.voice:
            click.echo(f"       Phrased by {one.voice}: {one.says} The line is: {one.written}")
