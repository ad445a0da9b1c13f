"""What the stories have in common: giving remedies, asking, closing, coming back, and the stranger who sees nothing."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.person import Person
from tests.browser.stage import Api
from tests.installations import wait_until


def picks(person: Person, *titles: str) -> None:
    """Tick remedies in the picker of the open case."""
    if not person.page.locator("#remedies .opt").first.is_visible():
        person.press("r")
    for title in titles:
        with person.page.expect_response(re.compile("/reckon/")):
            person.page.locator("#remedies .opt", has_text=title).get_by_role("checkbox").check()
        person.settles()


def gives(person: Person, *titles: str) -> None:
    """Tick them and press the button."""
    picks(person, *titles)
    person.page.locator("#press button").click()
    for title in titles:
        person.sees(title, within="#remedies .gifts")
    person.settles()


def asks(person: Person, answer: str, words: str, *, channel: str = "phone") -> None:
    """Ask whether the customer is satisfied, and record what they say."""
    person.records("ask", channel=channel)
    person.sees("asked: are you satisfied")
    person.records("answer", answer=answer, words=words)
    person.sees(words, within="#case .tl")


def closes(person: Person, cause: str, name: str, note: str = "") -> None:
    """Say why it happened, and close the case."""
    person.records("cause", cause=cause, note=note)
    person.sees(name, within=".guide")
    person.click("Close the case")
    person.sees("closed the case", within="#case .tl")


def comes_back(person: Person, words: str) -> None:
    """Record that the customer is still satisfied, at the follow-up that is next."""
    said = person.page.get_by_text("What they said", exact=True)

    def planned() -> bool:
        person.open(person.page.url)
        return said.count() > 0

    wait_until(planned, what="the follow-up to be planned")
    said.first.click()
    form = person.page.locator('form[action*="/followups/"]').first
    form.locator('[name="answer"][value="satisfied"]').check()
    form.locator('[name="words"]').fill(words)
    form.locator("button[type=submit]").click()
    person.sees(words, within="#case .tl")
    person.settles()


def a_stranger_reads_nothing(sam: Person, ref: str, words: str) -> None:
    """Somebody of another team finds neither the case nor these words in any list of work."""
    for part in ("", "panel/", "remedies/"):
        answer = sam.open(f"/cases/{ref}/{part}")
        assert answer is not None
        assert answer.status == 404
    for path in ("/cases/?state=all", "/today/?who=team", "/promises/?due=any"):
        sam.open(path)
        sam.misses(words)


def choices(person: Api, number: int, *titles: str, answer: str = "") -> list[dict[str, Any]]:
    """The playbook's options of these titles, as they are given by the API."""
    found = person.get(f"/cases/{number}/options{f'?answer={answer}' if answer else ''}")["options"]
    options = {one["title"]: one for one in found}
    names = ("remedy", "title", "words", "amount", "due_at", "playbook", "rule", "option")
    return [{name: options[title][name] for name in names} for title in titles]


def give(person: Api, number: int, *titles: str, answer: str = "") -> list[dict[str, Any]]:
    """Give them on that person's own authority by the API; the grants."""
    sent = {"choices": choices(person, number, *titles, answer=answer)}
    given = person.post(f"/cases/{number}/grants", sent, 201)["items"]
    return [one for one in given if one["title"] in titles]


def keep_all(person: Api, number: int) -> None:
    """Keep by the API whatever was promised in the case and is still open."""
    for one in person.get(f"/cases/{number}")["commitments"]:
        if one["purpose"] == "commitment" and one["promise"]["state"] in ("open", "at_risk", "broken"):
            person.post(f"/cases/{number}/commitments/{one['promise']['id']}/keep")


def end(person: Api, number: int, cause: str, words: str, *, channel: str = "phone") -> Any:
    """Ask, hear that the customer is satisfied, record the cause and close by the API; the case."""
    person.post(f"/cases/{number}/ask", {"channel": channel})
    person.post(f"/cases/{number}/answer", {"answer": "satisfied", "words": words})
    person.post(f"/cases/{number}/cause", {"cause": cause})
    return person.post(f"/cases/{number}/close")


def follow_ups(person: Api, number: int, count: int) -> list[Any]:
    """The follow-ups still to come, once the worker has planned them."""

    def ahead() -> list[Any]:
        items = person.get(f"/cases/{number}/followups")["items"]
        return [one for one in items if one["state"] in ("open", "at_risk", "broken")]

    wait_until(lambda: len(ahead()) == count, what=f"{count} follow-ups")
    return ahead()


def the_case(orders: Api) -> int:
    """The number of the one case that is open, once the watch has opened it."""
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="a case")
    (line,) = orders.get("/cases")["items"]
    return int(line["number"])
