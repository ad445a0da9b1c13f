"""The addresses of the staff desk."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path, register_converter

from makegood.web.cases import acting, changing, coaching, dating, page, reporting, writing
from makegood.web.cases import views as cases
from makegood.web.closures import views as closures
from makegood.web.customers import changing as customers_changing
from makegood.web.customers import views as customers
from makegood.web.experiments import proposed
from makegood.web.experiments import views as experiments
from makegood.web.followups import views as follow_ups
from makegood.web.health import views as health
from makegood.web.incidents import deeds, opening, planning, suggested, wording
from makegood.web.incidents import views as incidents
from makegood.web.insights import aiming, consistency, costs, overview, putting_right, registering, worth
from makegood.web.insights import surveys as survey_rates
from makegood.web.insights import views as insights
from makegood.web.insights.charts import CARDS
from makegood.web.learning import asked, line_up, own_mail, signals, telling
from makegood.web.learning import causes as causes_page
from makegood.web.learning import views as learning
from makegood.web.live import views as live
from makegood.web.messages import letters, pile, serving
from makegood.web.messages import moving as messages_moving
from makegood.web.notices import channels
from makegood.web.notices import views as notices
from makegood.web.people import views as persons
from makegood.web.practice import first_day
from makegood.web.practice import team as practice_team
from makegood.web.practice import views as practice
from makegood.web.practice import writing as scene_writing
from makegood.web.promises import changing as promises_changing
from makegood.web.promises import importing, making, moving
from makegood.web.promises import views as promises
from makegood.web.remedies import authority, deciding, offering, owed, picking
from makegood.web.search import views as search
from makegood.web.settings import (
    absences,
    asking,
    bindings,
    causes,
    closing,
    coach,
    entering,
    kinds,
    ladder,
    lines,
    mailboxes,
    own,
    people,
    playbooks,
    playbooks_trying,
    practice_policy,
    webhooks,
    words,
)
from makegood.web.today import views as today
from makegood.web.views import views as saved


class CaseRef:
    """A case as people call it: SR-1001, in any case."""

    regex = r"[Ss][Rr]-\d{1,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Deed(CaseRef):
    """What a case's forms do."""

    regex = "|".join(acting.DEEDS)


class Part(CaseRef):
    """What of a case is changed in place."""

    regex = "|".join(changing.PARTS)


class ClosureDeed(CaseRef):
    """What is made good in a closed case."""

    regex = "|".join(closures.DEEDS)


class OfCause(CaseRef):
    """What may be done with a cause of the tree."""

    regex = "up|down|retire|restore"


class Move(CaseRef):
    """What may be done with a promise of a case."""

    regex = "|".join(acting.MOVES)


class Chart(CaseRef):
    """What the insights draw."""

    regex = "|".join(CARDS)


class OfOwed(CaseRef):
    """What may be done about what is owed."""

    regex = "|".join(owed.DEEDS)


register_converter(CaseRef, "case")
register_converter(Chart, "chart")
register_converter(OfOwed, "of_owed")
register_converter(OfCause, "of_cause")
register_converter(Deed, "deed")
register_converter(Part, "part")
register_converter(ClosureDeed, "closure")
register_converter(Move, "commitment")

urlpatterns: list[URLPattern] = [
    path("", overview.landing),
    path("today/", today.today),
    path("today/queue/", today.queue),
    path("today/line/", today.line),
    path("promises/", promises.promises),
    path("promises/new/", making.new),
    path("promises/when/", making.when),
    path("promises/who/", making.who),
    path("promises/import/", importing.files),
    path("promises/import/files/<int:number>/", importing.file),
    path("promises/import/files/<int:number>/import/", importing.confirm),
    path("promises/import/files/<int:number>/discard/", importing.discard),
    path("promises/import/files/<int:number>/rejects.csv", importing.told),
    path("promises/import/<int:number>/", importing.batch),
    path("promises/import/<int:number>/rejects.csv", importing.rejects),
    path("promises/<int:number>/", promises.promise),
    path("promises/<int:number>/panel/", promises.panel),
    path("promises/<int:number>/when/", promises_changing.when),
    re_path(r"^promises/(?P<number>\d{1,18})/(?P<name>keep|forecast|replace|withdraw|release)/$", moving.move),
    path("cases/", cases.cases),
    path("cases/new/", reporting.report),
    path("cases/<case:ref>/", cases.case),
    path("cases/<case:ref>/panel/", cases.beside),
    path("cases/<case:ref>/reported/", reporting.reported),
    path("cases/<case:ref>/plan/", acting.planned),
    path("cases/<case:ref>/steps/<slug:step>/", acting.step),
    path("cases/<case:ref>/commitments/<int:promise>/<commitment:move>/", acting.commitment),
    path("cases/<case:ref>/owed/<slug:policy>/<of_owed:deed>/", acting.owed),
    path("cases/<case:ref>/followups/<int:promise>/", acting.followed_up),
    path("cases/<case:ref>/followups/<int:promise>/spare/", acting.spared),
    path("cases/<case:ref>/notes/", writing.write),
    path("cases/<case:ref>/draft/", writing.draft),
    path("cases/<case:ref>/letters/<int:message>.pdf", letters.letter),
    path("cases/<case:ref>/dated/", dating.read),
    path("cases/<case:ref>/dated/<int:entry>/", dating.take),
    path("cases/<case:ref>/coach/", coaching.coach),
    path("cases/<case:ref>/undo/<int:event>/", acting.undo),
    path("cases/<case:ref>/remedies/", picking.remedies),
    path("cases/<case:ref>/remedies/reckon/", picking.reckon),
    path("cases/<case:ref>/remedies/failure/", picking.name_failure),
    path("cases/<case:ref>/remedies/<int:grant>/withdraw/", picking.withdraw),
    path("cases/<case:ref>/change/<part:part>/", changing.change),
    path("cases/<case:ref>/offers/<int:offer>/withdraw/", picking.withdraw_offer),
    path("cases/<case:ref>/offers/<int:offer>/choose/", offering.choose),
    path("cases/<case:ref>/page/", page.page),
    path("cases/<case:ref>/page/make/", page.make),
    path("cases/<case:ref>/page/given/", page.given),
    path("cases/<case:ref>/page/revoke/", page.revoke),
    path("cases/<case:ref>/page/preview/", page.preview),
    path("cases/<case:ref>/<deed:deed>/", acting.act),
    path("follow-ups/", follow_ups.every),
    path("closures/", closures.every),
    path("closures/<case:ref>/<closure:deed>/", closures.act),
    path("settings/causes/", causes.causes),
    path("settings/causes.yaml", causes.as_text),
    path("settings/causes/<slug:slug>/", causes.one),
    path("settings/causes/<slug:slug>/<of_cause:deed>/", causes.act),
    path("settings/closing/", closing.closing),
    path("settings/closing/owners/", closing.owners),
    path("settings/asking/", asking.surveys),
    path("approvals/", deciding.approvals),
    path("approvals/<int:number>/", deciding.approval),
    path("customers/", customers.customers),
    path("customers/<int:number>/", customers.customer),
    path("customers/<int:number>/change/", customers_changing.change),
    path("customers/<int:number>/merge/", customers_changing.merge),
    path("customers/<int:number>/contacts/", customers_changing.add_contact),
    path("customers/<int:number>/contacts/<int:contact>/remove/", customers_changing.remove_contact),
    path("messages/", pile.pile),
    re_path(rf"^messages/(?P<number>\d{{1,18}})/(?P<name>{'|'.join(pile.DEEDS)})/$", pile.sort),
    path("messages/files/<int:number>/", serving.file),
    path("messages/<int:number>/html/", serving.as_it_came),
    path("messages/<int:number>/raw/", serving.raw),
    path("messages/<int:number>/withdraw/", messages_moving.withdraw),
    path("messages/<int:number>/again/", messages_moving.again),
    path("messages/<int:number>/release/", messages_moving.release),
    path("messages/<int:number>/send-back/", messages_moving.send_back),
    path("messages/looks/", messages_moving.looks),
    path("messages/<int:number>/arrived/", messages_moving.arrived),
    path("incidents/", incidents.every),
    path("incidents/new/", opening.new),
    path("incidents/suggested/dismiss/", suggested.dismiss),
    path("incidents/suggested/<int:dismissal>/again/", suggested.ask_again),
    path("incidents/<int:number>/", incidents.one),
    path("incidents/<int:number>/change/", opening.change),
    path("incidents/<int:number>/dry-run/", incidents.rehearse),
    path("incidents/<int:number>/dry-run.csv", incidents.rehearsed),
    path("incidents/<int:number>/words/<slug:language>/", wording.words),
    path("incidents/<int:number>/gift/", planning.gift),
    path("incidents/<int:number>/bar/", planning.bar),
    path("incidents/<int:number>/owed/", planning.owed),
    path("incidents/<int:number>/letters.csv", deeds.letters),
    re_path(rf"^incidents/(?P<number>\d{{1,18}})/(?P<name>{'|'.join(deeds.DEEDS)})/$", deeds.do),
    path("views/", saved.save),
    path("views/<slug:slug>/", saved.view),
    path("views/<slug:slug>/rename/", saved.rename),
    path("views/<slug:slug>/remove/", saved.remove),
    path("search/", search.search),
    path("live/", live.live),
    path("live/views/", saved.counts),
    path("insights/", overview.overview),
    path("insights/ledger/", insights.ledger),
    path("insights/ledger.csv", insights.ledger_csv),
    path("insights/cost/", costs.cost),
    path("insights/cost.csv", costs.cost_csv),
    path("insights/cost/rows.csv", costs.rows_csv),
    path("insights/cost/rate/", costs.rate),
    path("insights/cost/change/", costs.change),
    path("insights/method/", overview.method),
    path("insights/surveys/", survey_rates.rates),
    path("insights/surveys.csv", survey_rates.rates_csv),
    path("insights/report.pdf", overview.report),
    path("insights/targets/", aiming.targets),
    path("insights/monthly/", aiming.monthly),
    path("insights/share/", aiming.share),
    path("insights/shared/<int:number>/revoke/", aiming.revoke),
    path("insights/shared/<slug:token>/", aiming.shared),
    path("insights/behind/", overview.behind_mark),
    path("insights/worth/", worth.worth),
    path("insights/paradox/", putting_right.latest),
    path("insights/paradox/new/", registering.new),
    path("insights/paradox/<int:number>/", putting_right.one),
    path("insights/paradox/<int:number>/look/", registering.look),
    path("insights/paradox/dictionary.csv", putting_right.dictionary),
    path("insights/paradox/<int:number>.csv", putting_right.numbers),
    path("insights/paradox/<int:number>/rows.csv", putting_right.rows),
    path("insights/paradox/<int:number>/archive.zip", putting_right.archive),
    path("insights/<chart:key>/", overview.one),
    path("insights/<chart:key>.csv", overview.numbers),
    path("insights/consistency/", consistency.differences),
    path("insights/consistency/<case:ref>/", consistency.explain),
    path("cases/<case:ref>/experiments/<int:experiment>/", proposed.make_of_it),
    path("experiments/", experiments.every),
    path("experiments/new/", experiments.new),
    path("experiments/<int:number>/", experiments.one),
    path("experiments/<int:number>.csv", experiments.as_sheet),
    path("experiments/<int:number>/start/", experiments.act, {"deed": "start"}),
    path("experiments/<int:number>/drop/", experiments.act, {"deed": "drop"}),
    path("experiments/<int:number>/stop/", experiments.act, {"deed": "stop"}),
    path("asked/", asked.every),
    re_path(rf"^asked/(?P<number>\d{{1,18}})/(?P<name>{'|'.join(asked.DEEDS)})/$", asked.act),
    path("asked/closures/<int:number>/", asked.close),
    path("asked/closures/<int:number>/changed/", asked.changed),
    path("improvements/", learning.every),
    path("improvements/new/", learning.new),
    path("improvements/<int:number>/", learning.one),
    path("improvements/<int:number>/live/", learning.act, {"deed": "live"}),
    path("improvements/<int:number>/drop/", learning.act, {"deed": "drop"}),
    path("improvements/<int:number>/telling/", telling.page),
    re_path(rf"^improvements/(?P<number>\d{{1,18}})/telling/(?P<name>{'|'.join(telling.DEEDS)})/$", telling.act),
    path("line-up/", line_up.day),
    path("practice/", practice.every),
    path("practice/first-day/", first_day.path),
    re_path(r"^practice/first-day/(?P<name>why|watch|marks|case)/$", first_day.part),
    re_path(rf"^practice/first-day/do/(?P<name>{'|'.join(first_day.DEEDS)})/$", first_day.deed),
    path("practice/runs/<int:number>/", practice.run),
    re_path(rf"^practice/runs/(?P<number>\d{{1,18}})/(?P<name>{'|'.join(practice.DEEDS)})/$", practice.act),
    path("practice/runs/<int:number>/comment/", practice_team.comment),
    path("practice/team/", practice_team.page),
    path("practice/team/assign/", practice_team.assign),
    path("practice/team/<int:number>/take-back/", practice_team.take_back),
    path("practice/scenes/", scene_writing.every),
    path("practice/scenes/<slug:scene>/", scene_writing.write),
    path("practice/scenes/<slug:scene>/check/", scene_writing.check),
    re_path(rf"^practice/scenes/(?P<scene>[a-z0-9-]+)/(?P<name>{'|'.join(scene_writing.DEEDS)})/$", scene_writing.act),
    path("practice/<slug:scene>/", practice.one),
    path("signals/", signals.every),
    path("signals/<int:number>/", signals.one),
    re_path(rf"^signals/(?P<number>\d{{1,18}})/(?P<name>{'|'.join(signals.DEEDS)})/$", signals.act),
    path("causes/", causes_page.every),
    path("causes.csv", causes_page.every_csv),
    path("causes/<slug:slug>/", causes_page.one),
    path("notices/", notices.notices),
    path("notices/read/", notices.read_all),
    path("notices/<int:number>/read/", notices.read),
    path("settings/you/", own.you),
    path("settings/you/mail/", own_mail.mail),
    path("settings/you/channels/", channels.channels),
    path("settings/you/channels/<int:number>/test/", channels.test),
    path("settings/you/channels/<int:number>/remove/", channels.remove),
    path("people/<int:number>/", persons.person),
    path("settings/people/", people.people),
    path("settings/people/add/", people.add),
    path("settings/people/teams/", people.add_team),
    path("settings/people/teams/<int:number>/", people.change_team),
    path("settings/people/<int:number>/", people.change),
    path("settings/people/<int:number>/absence/", absences.absence),
    path("settings/people/<int:number>/absence/<int:absence>/back/", absences.back),
    re_path(r"^settings/people/(?P<number>\d{1,18})/(?P<name>deactivate|reactivate)/$", people.presence),
    path("settings/kinds/", kinds.kinds),
    path("settings/kinds/calendars/add/", kinds.calendar),
    path("settings/kinds/<slug:slug>/", kinds.kind),
    path("settings/ladder/", ladder.every),
    path("settings/ladder/<int:team>/", ladder.one),
    path("settings/ladder/<int:team>/drop/", ladder.drop),
    path("settings/words/", words.words),
    path("settings/words/<int:number>/", words.one),
    path("settings/words/<int:number>/remove/", words.remove),
    path("settings/playbooks/", playbooks.every),
    path("settings/playbooks/new/", playbooks.new),
    path("settings/playbooks/try/", playbooks_trying.try_out),
    path("settings/playbooks/import/", playbooks.bring),
    path("settings/playbooks/<slug:slug>/", playbooks.one),
    path("settings/playbooks/<slug:slug>/edit/", playbooks.edit),
    path("settings/playbooks/<slug:slug>/download/", playbooks.download),
    path("settings/playbooks/<slug:slug>/retire/", playbooks.retire),
    path("settings/owed/", bindings.every),
    path("settings/owed/new/", bindings.new),
    path("settings/owed/import/", bindings.bring),
    path("settings/owed/<slug:slug>/", bindings.one),
    path("settings/owed/<slug:slug>/edit/", bindings.edit),
    path("settings/owed/<slug:slug>/download/", bindings.download),
    path("settings/owed/<slug:slug>/retire/", bindings.retire),
    path("settings/coach/", coach.coach),
    path("settings/practice/", practice_policy.policy),
    path("settings/authority/", authority.limits),
    path("settings/authority/cap/", authority.cap),
    path("settings/authority/remove/", authority.remove),
    path("settings/mailboxes/", mailboxes.every),
    path("settings/mailboxes/new/", mailboxes.new),
    path("settings/mailboxes/try/", mailboxes.try_out),
    path("settings/mailboxes/signed-in/", entering.signed_in),
    path("settings/mailboxes/<int:number>/sign-in/", entering.sign_in),
    path("settings/mailboxes/<int:number>/", mailboxes.one),
    path("settings/mailboxes/<int:number>/address/", mailboxes.address),
    re_path(r"^settings/mailboxes/(?P<number>\d{1,18})/(?P<name>pause|resume|remove)/$", mailboxes.act),
    path("settings/lines/new/", lines.new),
    path("settings/lines/try/", lines.try_out),
    path("settings/lines/<int:number>/", lines.one),
    re_path(r"^settings/lines/(?P<number>\d{1,18})/(?P<name>pause|resume|remove)/$", lines.act),
    path("settings/webhooks/", webhooks.every),
    path("settings/webhooks/<int:number>/", webhooks.one),
    path("settings/webhooks/<int:number>/rotate/", webhooks.rotate),
    path("settings/webhooks/<int:number>/again/<slug:message>/", webhooks.again),
    re_path(r"^settings/webhooks/(?P<number>\d{1,18})/(?P<name>test|pause|resume|remove|again)/$", webhooks.act),
    path("health/", health.health),
    path("healthz", health.healthz),
    path("metrics", health.metrics),
]
