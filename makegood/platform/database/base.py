"""Django's PostgreSQL backend, taking from its pool only connections that live, without asking each one.

Django can have the pool send an empty statement before every use of a connection. That is one way to the
server and back in each request. A server that went away has closed the socket, and a socket tells that by itself.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's use of the database."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """A living connection. Those that died in the pool are thrown away; it makes new ones."""
        link: Connection[Any] = super().get_new_connection(conn_params)
        while not _lives(link):
            link.close()
            self.pool.putconn(link)
            link = super().get_new_connection(conn_params)
        return link

    def cursor(self) -> CursorWrapper:
        """As Django's, but for checks that came out well when the connection was taken from the pool.

        They are whether this is the thread and the time zone that it was taken for, and took half as long as asking.
        """
        if self.connection is None or self.queries_logged:
            return super().cursor()
        return CursorWrapper(self.connection.cursor(), self)


def _lives(link: Connection[Any]) -> bool:
    """Whether the server is still there. An idle connection on which something came in is asked."""
    waiting = select.poll()
    waiting.register(link.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return True
    try:
        ConnectionPool.check_connection(link)
    except Error:
        return False
    return True
