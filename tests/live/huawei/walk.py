"""A client of this face against one server, with a count of what held. Builds on the trial of the other face."""

import json
import re
import subprocess
import uuid
from dataclasses import dataclass

from trial import CallError, Trial, shown

REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class NotOffered(Exception):
    """The client's package is too old for an operation or a field."""


class Surprise(Exception):
    """An answer that the client did not read as it was sent, or with another status than the documented one."""


@dataclass(frozen=True)
class Party:
    """Somebody with an access key, or a password. `id` is the user's, `name` too."""

    api: object
    id: str
    name: str
    credentials: dict


class Walk(Trial):
    """`make(access_key_id, secret, **more)` builds a client for other credentials: `token=` for temporary ones,
    `credentials=` for the facts of another account, `secure=` for the transport.
    """

    def __init__(self, make, credentials, binary, folder):
        super().__init__(make, credentials)
        self.binary = binary
        self.folder = folder

    # Fields may have any name, so what stands before them is positional.
    def call(self, action, /, **params):
        return self.api.call(action, params)

    def call_by(self, api, action, /, **params):
        return api.call(action, params)

    def refused(self, name, wants, action, /, **params):
        return self.refused_for(self.api, name, wants, action, **params)

    def refused_for(self, api, name, wants, action, /, **params):
        """The call must fail with one of `wants`, a (status, code) pair or a list of such pairs. Where it is a number,
        the status alone is judged: identities have several editions of codes. Returns the error, if there was one.
        """
        try:
            answer = api.call(action, params)
        except CallError as error:
            if error.message:  # old clients read no headers of an answer without a body
                self._request_id(name, error.request_id)
            got = error.status if isinstance(wants, int) else (error.status, error.code)
            held = got in wants if isinstance(wants, list) else got == wants
            self.that(name, held, f"got {error.status, error.code} ({error.message}), want {wants}")
            return error
        self.that(name, False, f"succeeded with {shown(answer)}, want {wants}")
        return None

    def claviger(self, *arguments):
        """The server's own command, as the root of the account. Its answer as JSON."""
        command = [self.binary, "admin", "--json", "--credentials", self.credentials["file"], *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return json.loads(done.stdout)

    def user(self):
        """A new user of the account, who may do nothing yet."""
        return self.api.new_user(f"user-{uuid.uuid4().hex[:10]}")

    def _request_id(self, what, value):
        if not (isinstance(value, str) and REQUEST_ID.fullmatch(value)):
            self.failures.append(f"{what}: the request id is {value!r}")


__all__ = ["CallError", "NotOffered", "Party", "Surprise", "Walk"]
