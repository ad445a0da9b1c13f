"""Django's tags for texts, under their own name: a text of a template is looked up once in each language.

It is the same for everybody until the server starts anew, and a page has some two hundred: found again each time, they
took a tenth of what drawing the page took.
"""

from __future__ import annotations

from django.template import Library, Node
from django.template.base import Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Said(Node):
    """A text that stands in the template itself, with nothing in it that could differ."""

    child_nodelists = ()

    def __init__(self, node: i18n.TranslateNode) -> None:
        self._node = node
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The text in the language of the moment; put where the template wants it, it leaves nothing here."""
        language = get_language()
        if language not in self._said:
            drawn = self._node.render(context)
            self._said[language] = context[self._node.asvar] if self._node.asvar else drawn
        if self._node.asvar:
            context[self._node.asvar] = self._said[language]
            return ""
        return self._said[language]


def translate(parser: Parser, token: Token) -> Node:
    """Django's `{% translate %}`; what it looks up in each request anew is only what is not written out."""
    node = i18n.do_translate(parser, token)
    asked = node.filter_expression
    written = asked.var.literal is not None and not asked.filters and node.message_context is None
    return Said(node) if written and not node.noop else node


register.tag("translate", translate)
register.tag("trans", translate)
