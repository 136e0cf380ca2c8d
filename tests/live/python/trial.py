"""What every scenario needs: a client to call, and a count of what held and what did not."""

import re
import traceback

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class CallError(Exception):
    """A refusal, as the official client reported it through its own exception type."""

    def __init__(self, code, status, request_id, message, detail=None):
        super().__init__(f"{status} {code}: {message}")
        self.code = code
        self.status = status
        self.request_id = request_id
        self.message = message
        self.detail = detail


class Trial:
    """One client against one server. `make(access_key_id, secret)` builds a client with other credentials, and with
    `token=` one for temporary ones, with `product=` one for another service, with `secure=` one for that transport.
    """

    def __init__(self, make, credentials):
        self.make = make
        self.credentials = credentials
        self.api = make(credentials["access_key_id"], credentials["access_key_secret"])
        self.passed = 0
        self.failures = []

    def call(self, action, **params):
        return self.call_by(self.api, action, **params)

    def call_by(self, api, action, **params):
        answer = api.call(action, params)
        self._request_id(action, answer.get("RequestId"))
        return answer

    def that(self, name, held, detail=""):
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {detail}" if detail else name)

    def equal(self, name, got, want):
        self.that(name, got == want, f"got {shown(got)}, want {shown(want)}")

    def refused(self, name, wants, action, **params):
        """The call must fail with one of `wants`, a (status, code) pair or a list of such pairs."""
        self.refused_for(self.api, name, wants, action, **params)

    def refused_for(self, api, name, wants, action, **params):
        """The same for another client. Returns the error, if there was one."""
        wants = wants if isinstance(wants, list) else [wants]
        try:
            answer = api.call(action, params)
        except CallError as error:
            self._request_id(name, error.request_id)
            got = (error.status, error.code)
            self.that(name, got in wants, f"got {got} ({error.message}), want {wants}")
            return error
        self.that(name, False, f"succeeded with {shown(answer)}, want {wants}")
        return None

    def run(self, sections):
        """Runs each section. An exception fails that section and lets the next one run."""
        for section in sections:
            try:
                section(self)
            except Exception as error:  # a crash of a client is a finding, whatever its type
                # The second frame is the section's own: its line says which check it was.
                line = traceback.extract_tb(error.__traceback__)[1].lineno
                self.failures.append(f"{section.__name__}, line {line}: {type(error).__name__}: {error}")

    def _request_id(self, what, value):
        if not (isinstance(value, str) and UUID.fullmatch(value)):
            self.failures.append(f"{what}: RequestId is {value!r}, want a UUID")


def shown(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."
