"""What the audit trail tells of calls that were just made, in both versions of its API, and how keys are used. Twin:
`node/scenario_trail.mjs`.
"""

import json
from datetime import timedelta

from people import fresh, grant, on_key, root, statement, uid, user
from scenario_common import DATE, NO_KEY, ORDINARY, PLAINTEXT, made, moment, now

WRONG = (400, "InvalidQueryParameter")
RANGE = (400, "InvalidParameterCombination")


def calls(t):
    """Calls of a new user on a new key with a new alias, and what the user was told: the user, its name, the key, the
    alias, and name, request id and error code of each call."""
    name, alice = user(t)
    key, alias = made(t)["KeyId"], f"alias/{fresh(t, 'trail')}"
    t.call("CreateAlias", KeyId=key, AliasName=alias)
    grant(t, name, statement(["kms:Encrypt", "kms:Decrypt", "kms:UpdateKeyDescription"], on_key(t, key)))
    updated = alice.kms("UpdateKeyDescription", KeyId=key, Description="of the trail")
    done = [("UpdateKeyDescription", updated["RequestId"], None)]
    # A change may come into the log behind the next call that changes nothing, but not behind a question.
    root(t).trail("LookupEvents", MaxResults="1")
    encrypted = alice.kms("Encrypt", KeyId=alias, Plaintext=PLAINTEXT, EncryptionContext=ORDINARY)
    done.append(("Encrypt", encrypted["RequestId"], None))
    blob = {"CiphertextBlob": encrypted["CiphertextBlob"], "EncryptionContext": ORDINARY}
    done.append(("Decrypt", alice.kms("Decrypt", **blob)["RequestId"], None))
    error = alice.denied("a call for the trail", "kms", "DescribeKey", KeyId=key)
    done.append(("DescribeKey", error.request_id, error.code))
    return name, alice, key, alias, done


def day():
    """A range of time around now, as clients write it."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    around = now() - timedelta(hours=12), now() + timedelta(hours=12)
    return {"StartTime": around[0].strftime(form), "EndTime": around[1].strftime(form)}


def found(t, product="trail", **params):
    """All events of a question, page by page."""
    events, token = [], {}
    while True:
        page = getattr(root(t), product)("LookupEvents", **day_of(t), **params, **token)
        events += page["Events"]
        if not page.get("NextToken"):
            return events
        token = {"NextToken": page["NextToken"]}


def day_of(t):
    """The same range for every question: a token goes with it."""
    if not hasattr(t, "trail_day"):
        t.trail_day = day()
    return t.trail_day


def attributes(**wanted):
    return {"LookupAttribute": [{"Key": key, "Value": value} for key, value in wanted.items()]}


def told(events):
    return [(event["eventName"], event["eventId"], event.get("errorCode")) for event in events]


def events_of_calls(t):
    """Each attribute finds what was just done, in order."""
    name, alice, key, alias, done = calls(t)
    of_user = found(t, Direction="FORWARD", **attributes(User=name))
    t.equal("by user", told(of_user), done)
    t.equal("backwards", told(found(t, **attributes(User=name))), done[::-1])
    access_key = alice.access_key["AccessKeyId"]
    for case, wanted, want in (
        ("access key", {"EventAccessKeyId": access_key}, done),
        ("service", {"User": name, "ServiceName": "Kms"}, done),
        ("another service", {"User": name, "ServiceName": "Ram"}, []),
        ("event name", {"User": name, "EventName": "Decrypt"}, done[2:3]),
        ("event id", {"EventId": done[0][1]}, done[:1]),
        ("reads", {"User": name, "EventRW": "Read"}, done[1:]),
        ("writes", {"User": name, "EventRW": "Write"}, done[:1]),
        ("resource type", {"User": name, "ResourceType": "ACS::KMS::Key"}, done),
        ("another type", {"User": name, "ResourceType": "ACS::KMS::Certificate"}, []),
        ("key", {"User": name, "ResourceName": key}, done),
        ("alias", {"User": name, "ResourceName": alias}, done[1:2]),
    ):
        t.equal(f"by {case}", told(found(t, Direction="FORWARD", **attributes(**wanted))), want)
    pages = found(t, Direction="FORWARD", MaxResults="1", **attributes(User=name))
    t.equal("page by page", told(pages), done)
    pages = found(t, Direction="BACKWARD", MaxResults="3", **attributes(User=name))
    t.equal("page by page, backwards", told(pages), done[::-1])
    fields_hold(t, name, access_key, key, alias, of_user)


def fields_hold(t, name, access_key, key, alias, events):
    first, last = events[1], events[-1]
    t.equal("who", first["userIdentity"]["userName"], name)
    t.equal("what kind of user", first["userIdentity"]["type"], "ram-user")
    t.equal("with which key", first["userIdentity"]["accessKeyId"], access_key)
    t.equal("whose", (first["recipientAccountId"], first["userIdentity"]["accountId"]), (uid(t), uid(t)))
    t.equal("service and version", (first["serviceName"], first["apiVersion"]), ("Kms", "2016-01-20"))
    t.equal("type", (first["eventType"], first["eventCategory"]), ("ApiCall", "Management"))
    t.equal("region", first["acsRegion"], t.credentials["region"])
    t.that("time", DATE.fullmatch(first["eventTime"]) and abs(moment(first["eventTime"]) - now()) < timedelta(hours=1))
    asked = first["requestParameters"]
    t.equal("key as it was named", asked["KeyId"], alias)
    t.equal("context", json.loads(asked["EncryptionContext"]), ORDINARY)
    t.equal("the same as text", json.loads(first["requestParameterJson"]), asked)
    t.equal("key of the answer", first["responseElements"]["KeyId"], key)
    t.equal("resource", (first["resourceType"], first["resourceName"]), ("ACS::KMS::Key", key))
    t.equal("all resources", first["referencedResources"], {"ACS::KMS::Key": [key], "ACS::KMS::Alias": [alias]})
    t.that("no plaintext", all(PLAINTEXT not in json.dumps(event) for event in events))
    t.that("a refused call says why", last["errorMessage"] and set(last["responseElements"]) == {"RequestId"}, last)


def questions(t):
    """What is no question is refused; a token goes with its question; the last week is the default."""
    name, alice, _, _, done = calls(t)
    me = root(t)
    page = me.trail("LookupEvents", MaxResults="1", **attributes(User=name))
    t.equal("without times", told(page["Events"]), done[:-2:-1])
    week = moment(page["EndTime"]) - moment(page["StartTime"])
    t.equal("the last week", week, timedelta(days=7))
    token = {"NextToken": page["NextToken"]}
    page = me.trail("LookupEvents", MaxResults="50", **attributes(User=name), **token)
    t.equal("the rest", told(page["Events"]), done[-2::-1])
    t.that("no further page", not page.get("NextToken"), page)
    for case, want, params in (
        ("a token of another question", WRONG, {**attributes(User="nobody"), **token}),
        ("no token", WRONG, {"NextToken": "AAAA"}),
        ("an attribute that is none", WRONG, attributes(Color="red")),
        ("a direction that is none", WRONG, {"Direction": "UP"}),
        ("too many results", WRONG, {"MaxResults": "51"}),
        ("half a range", (400, "InvalidParameterEndTime"), {"StartTime": "2026-01-01T00:00:00Z"}),
        ("a start that is no time", (400, "InvalidParameterStartTime"), {**day(), "StartTime": "yesterday"}),
        ("an end before its start", RANGE, {"StartTime": day()["EndTime"], "EndTime": day()["StartTime"]}),
    ):
        me.refused(case, want, "trail", "LookupEvents", **params)
    old = {"StartTime": "2020-01-01T00:00:00Z", "EndTime": "2020-01-02T00:00:00Z"}
    t.equal("before there was anything", me.trail("LookupEvents", **old)["Events"], [])
    alice.denied("who may not ask", "trail", "LookupEvents")
    grant(t, name, statement("actiontrail:LookupEvents"))
    t.that("who may ask", alice.trail("LookupEvents")["Events"])


def trails(t):
    """There are none, and none can be made."""
    me = root(t)
    t.equal("DescribeTrails", me.trail("DescribeTrails")["TrailList"], [])
    rows = me.trail("DescribeRegions")["Regions"]["Region"]
    t.that("DescribeRegions", t.credentials["region"] in [row["RegionId"] for row in rows], rows)
    no_trail = (404, "TrailNotFoundException")
    me.refused("GetTrailStatus", no_trail, "trail", "GetTrailStatus", Name="no-such-trail")
    params = {"Name": "some-trail", "OssBucketName": "bucket"}
    me.refused("CreateTrail", (400, "UnsupportedOperation"), "trail", "CreateTrail", **params)


def old_version(t):
    """Version 2017-12-04, as clients of before 2020 send it: attributes are parameters."""
    name, _, key, _, done = calls(t)
    for case, params, want in (
        ("user", {"User": name}, done),
        ("event name", {"User": name, "EventName": "Encrypt"}, done[1:2]),
        ("event", {"Event": done[1][1]}, done[1:2]),
        ("resource", {"User": name, "ResourceName": key, "ResourceType": "ACS::KMS::Key"}, done),
        ("service", {"User": name, "ServiceName": "Sts"}, []),
        ("type", {"User": name, "EventType": "ApiCall"}, done),
        ("pages", {"User": name, "MaxResults": "1"}, done),
    ):
        events = found(t, "old_trail", Direction="FORWARD", **params)
        t.equal(f"2017-12-04 by {case}", told(events), want)
    new = found(t, Direction="FORWARD", **attributes(User=name))
    t.equal("both versions tell the same", found(t, "old_trail", Direction="FORWARD", User=name), new)
    t.equal("2017-12-04 DescribeTrails", root(t).old_trail("DescribeTrails")["TrailList"], [])


def usage(t):
    """Ours: how a key is used, and how the log is doing."""
    name, alice, key, alias, _ = calls(t)
    me = root(t)
    told_of_key = me.claviger("GetKeyUsage", KeyId=alias)
    t.equal("whose usage", told_of_key["KeyId"], key)
    last = told_of_key["LastUsed"]
    t.equal("last use", (last["Action"], last["Caller"]), ("Decrypt", name))
    t.equal("last use: with", last["AccessKeyId"], alice.access_key["AccessKeyId"])
    t.equal("recently", told_of_key["RecentlyUsed"], True)
    versions = told_of_key["Versions"]["Version"]
    t.equal("uses of the version", [row["Count"] for row in versions], [2])
    days = {(row["Action"], row["Outcome"]): row["Count"] for row in told_of_key["Days"]["Day"]}
    t.equal("encryptions", days.get(("Encrypt", "served")), 1)
    t.equal("refused calls", days.get(("DescribeKey", "refused")), 1)
    unused = me.claviger("GetKeyUsage", KeyId=made(t)["KeyId"])
    t.equal("an unused key", (unused["RecentlyUsed"], unused.get("LastUsed")), (False, None))
    me.refused("a key that is not there", NO_KEY, "claviger", "GetKeyUsage", KeyId=fresh(t, "key"))
    alice.denied("who may not ask", "claviger", "GetKeyUsage", KeyId=key)
    due = t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)["RequestId"]
    event = found(t, **attributes(EventId=due))[0]
    t.equal("deletion of a used key", event["additionalEventData"].get("response.risk"), "recently_used")
    doomed = me.claviger("GetKeyUsage", KeyId=key)
    t.that("its end", doomed["KeyState"] == "PendingDeletion" and DATE.fullmatch(doomed["DeletionDate"]), doomed)
    t.call("CancelKeyDeletion", KeyId=key)
    status = me.claviger("GetAuditStatus")
    t.that("the log", status["Log"]["Healthy"] and status["Log"]["Lines"] > 0, status)
    t.that("the index", status["Index"]["Trouble"] == "" and status["Index"]["Done"] > 0, status)


SECTIONS = [events_of_calls]
ONCE = [questions, trails, old_version, usage]
