"""What was given before by an option of a playbook gets the names that the playbook has for it, in every language.

A name that no version of the playbook knows was written by hand: it stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    grants = apps.get_model("remedies", "Grant")
    versions = apps.get_model("remedies", "PlaybookVersion").objects.order_by("number")
    for slug, content in versions.values_list("playbook__slug", "content"):
        for option in (one for rule in content.get("rules", ()) for one in rule.get("options", ())):
            for giving in (option, *option.get("also", ())):
                texts = giving.get("title", {}).get("texts", {})
                wanted = {"playbook": slug, "option": option.get("option", ""), "title__in": list(texts.values())}
                grants.objects.filter(titles={}, **wanted).update(titles=texts)


class Migration(migrations.Migration):
    dependencies = [("remedies", "0011_grant_titles")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
