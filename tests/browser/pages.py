"""Every page of the desk, with something on it."""

from __future__ import annotations

from typing import Any

from makegood.practice.rules.scene_file import shipped_text
from makegood.practice.rules.scene_form import renamed
from tests.browser.stage import Stage, at
from tests.installations import wait_until

DANA = {"key": "D-1", "name": "Dana Okafor", "email": "dana.okafor@example.org", "phone": "020 7946 0118"}


def pages_of(stage: Stage) -> list[str]:
    """The addresses of all pages, on a day with promises kept, broken, in danger and to come, and a case at work."""
    case, promise, customer = _a_day(stage)
    incident, approval, change = _an_incident(stage), _an_approval(stage), _an_improvement(stage, case)
    people = ["/settings/people/1/", "/settings/people/1/absence/"]
    return [
        "/today/", "/today/?who=team", f"/today/?case={case}", f"/today/?promise={promise}", "/promises/?due=any",
        "/promises/?q=nothing-fits", f"/promises/{promise}/", "/promises/new/", "/cases/", "/cases/?state=all",
        f"/cases/{case}/", f"/cases/{case}/change/owner/", f"/cases/{case}/change/when/",
        f"/cases/{case}/change/cause/", f"/promises/{promise}/when/", "/cases/new/",
        "/customers/", f"/customers/{customer}/", f"/customers/{customer}/change/",
        f"/customers/{customer}/merge/", f"/customers/{customer}/merge/?q=a", "/settings/people/add/",
        "/settings/kinds/calendars/add/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/totp/activate/",
        "/search/?q=okafor", "/insights/", "/insights/promises/", "/insights/recovery/", "/insights/behind/?mark=f:*",
        "/insights/causes/", "/insights/acknowledgement/", "/insights/method/", "/insights/targets/",
        "/insights/ledger/", "/insights/consistency/", "/insights/places/", "/asked/",
        "/settings/you/mail/",
        "/insights/cost/", "/health/", "/settings/you/",
        "/settings/people/", *people,
        f"/cases/{case}/plan/", f"/cases/{case}/remedies/", f"/cases/{case}/page/", "/approvals/",
        "/settings/authority/", "/settings/owed/", "/settings/owed/new/?policy=eu-261&kind=delivery",
        "/settings/webhooks/", "/settings/mailboxes/", "/settings/mailboxes/new/", "/settings/lines/new/",
        "/notices/", "/settings/you/channels/",
        "/follow-ups/", "/follow-ups/?owner=", "/closures/", "/closures/?who=all", "/settings/closing/",
        "/settings/asking/", "/insights/surveys/",
        "/settings/causes/", "/settings/causes/weather/", "/improvements/", "/improvements/new/",
        "/experiments/", "/experiments/new/?varies=words", f"/experiments/{_an_experiment(stage)}/",
        f"/improvements/{change}/", f"/improvements/{change}/telling/", "/causes/", "/causes/forgotten/", "/line-up/",
        f"/signals/{stage.find_signal()}/", "/signals/", "/insights/paradox/", "/insights/paradox/new/",
        f"/insights/paradox/{_a_report(stage)}/",
        "/settings/kinds/", "/settings/kinds/callback/", "/settings/playbooks/", "/settings/playbooks/new/",
        "/settings/playbooks/try/?words=late&value=60", "/settings/playbooks/making-good/",
        "/settings/playbooks/making-good/edit/", "/settings/ladder/", "/settings/ladder/1/",
        "/settings/words/", "/settings/coach/", "/messages/", "/people/1/",
        "/practice/", "/practice/first-day/", "/practice/first-day/why/", "/practice/first-day/watch/",
        "/practice/first-day/marks/", "/practice/first-day/case/", "/practice/late-unit/", *_some_practice(stage),
        "/practice/scenes/", _a_draft(stage), "/practice/team/", "/practice/team/assign/", "/settings/practice/",
        "/messages/looks/",
        "/incidents/", "/incidents/new/", f"/incidents/{incident}/", f"/incidents/{incident}/change/",
        f"/incidents/{incident}/dry-run/", f"/approvals/{approval}/", f"/cases/{case}/page/preview/",
        "/promises/import/", "/accounts/password/change/", "/nowhere/",
    ]  # fmt: skip


def _some_practice(stage: Stage) -> list[str]:
    """A try at a scene that is being played, and one that ended."""
    ada, runs = stage.api("ada"), list[str]()
    for words in ("We failed you. I will call you back in 20 minutes.", "Could you check back in an hour?"):
        number = ada.post("/practice/runs", {"scene": "late-unit"}, 201)["id"]
        ada.post(f"/practice/runs/{number}/say", {"text": words})
        runs.append(f"/practice/runs/{number}/")
    ada.post(f"{runs[1].removesuffix('/')}/leave", {})
    return runs


def _a_draft(stage: Stage) -> str:
    """A scene of the organisation's own, begun and not whole."""
    text = renamed(shipped_text("locked-keys"), "lost-keys")
    stage.api("ada").post("/practice/own-scenes/lost-keys", {"text": text, "based_on": 0})
    return "/practice/scenes/lost-keys/"


def _a_day(stage: Stage) -> tuple[str, int, int]:
    orders, mara = stage.api(), stage.api("mara")
    orders.tell(reference="1", customer=DANA, kind="callback", title="Ring Dana", due_at=at(seconds=-60))
    orders.tell(reference="2", customer=DANA, kind="repair", title="A line that works", due_at=at(hours=30))
    orders.tell(
        reference="3", customer=DANA, kind="refund", title="£20 back", due_at=at(hours=-1), kept_at=at(hours=-2)
    )
    sofa: dict[str, Any] = {"customer": {"key": "P-1", "name": "Priya Nair"}, "amount": "4180.00", "currency": "GBP"}
    sofa |= {"title": "Six pieces of furniture for a house with a very long name", "attributes": {"carrier": "Hill"}}
    orders.tell(reference="4", kind="delivery", due_at=at(hours=2), forecast_at=at(hours=8), **sofa)
    wait_until(lambda: len(orders.get("/cases")["items"]) == 2, what="two cases")
    case = next(line["ref"] for line in orders.get("/cases")["items"] if line["customer"]["name"] == "Dana Okafor")
    mara.post(f"/cases/{case}/steps", {"step": "listen", "words": "I waited all day.", "channel": "phone"})
    mara.post(f"/cases/{case}/commitments", {"title": "Ring with the plan", "due_at": at(minutes=40)}, 201)
    mara.post(f"/cases/{case}/note", {"text": "She is in after five."})
    promise = orders.promise("2")
    return str(case), promise["id"], promise["customer"]["id"]


def _an_incident(stage: Stage) -> int:
    wanted = {"kind": "delivery", "due_from": at(hours=-6), "due_before": at(hours=20)}
    return int(stage.api("lena").post("/incidents", {"title": "Snow", "filter": wanted}, 201)["number"])


def _an_approval(stage: Stage) -> int:
    """What is more than an agent may give, asked for in the case of the furniture."""
    ref = next(one["ref"] for one in stage.api().get("/cases")["items"] if one["customer"]["name"] == "Priya Nair")
    due = {"remedy": "refund", "title": "A tenth back", "amount": "418", "due_at": at(hours=4)}
    return int(stage.api("mara").post(f"/cases/{ref}/approvals", {"choices": [due]}, 201)["id"])


def _an_improvement(stage: Stage, case: str) -> int:
    lena = stage.api("lena")
    lena.post(f"/cases/{case}/cause", {"cause": "forgotten"})
    asked = {"cause": "forgotten", "change": "Every call has a place in the day", "due_at": at(days=3)}
    number = int(lena.post("/improvements", asked | {"owner": "lena@shop.example"}, 201)["number"])
    lena.post(f"/improvements/{number}/live")
    return number


def _an_experiment(stage: Stage) -> int:
    arms = [{"name": "As usual"}, {"name": "A voucher", "words": "A voucher of £20, on us", "goodwill": "20"}]
    asked = {
        "name": "A voucher for what came late", "why": "It may keep more of them.", "varies": "goodwill",
        "measured": "stayed", "horizon_days": 90, "expected": 80, "effect": 5, "until": at(days=300), "arms": arms,
    }  # fmt: skip
    number = int(stage.api("ada").post("/experiments", asked, 201)["number"])
    stage.api("ada").post(f"/experiments/{number}/start")
    return number


def _a_report(stage: Stage) -> int:
    days = [at(days=many)[:10] for many in (1, 60)]
    said = stage.ours.must(
        "report", "paradox", "--register", "stayed", "--since", days[0], "--before", days[1], "--margin", "0.02",
        "--as", "ada@shop.example",
    )  # fmt: skip
    return int(said.split()[1])
