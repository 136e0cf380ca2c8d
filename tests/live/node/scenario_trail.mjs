// What the audit trail tells of calls that were just made, in both versions of its API, and how keys are used. Twin of
// `python/scenario_trail.py`.

import { fresh, grant, onKey, root, statement, uid, user } from './people.mjs';
import { DATE, NO_KEY, ORDINARY, PLAINTEXT, made } from './scenario_common.mjs';

const WRONG = [400, 'InvalidQueryParameter'];
const RANGE = [400, 'InvalidParameterCombination'];
const HOUR = 3600_000;

// Calls of a new user on a new key with a new alias, and what the user was told.
async function calls(t) {
  const [name, alice] = await user(t);
  const [{ KeyId: key }, alias] = [await made(t), `alias/${fresh(t, 'trail')}`];
  await t.call('CreateAlias', { KeyId: key, AliasName: alias });
  await grant(t, name, statement(['kms:Encrypt', 'kms:Decrypt', 'kms:UpdateKeyDescription'], onKey(t, key)));
  const updated = await alice.kms('UpdateKeyDescription', { KeyId: key, Description: 'of the trail' });
  // A change may come into the log behind the next call that changes nothing, but not behind a question.
  await root(t).trail('LookupEvents', { MaxResults: '1' });
  const EncryptionContext = ORDINARY;
  const encrypted = await alice.kms('Encrypt', { KeyId: alias, Plaintext: PLAINTEXT, EncryptionContext });
  const { CiphertextBlob } = encrypted;
  const decrypted = await alice.kms('Decrypt', { CiphertextBlob, EncryptionContext });
  const error = await alice.denied('a call for the trail', 'kms', 'DescribeKey', { KeyId: key });
  const done = [
    ['UpdateKeyDescription', updated.RequestId, null],
    ['Encrypt', encrypted.RequestId, null],
    ['Decrypt', decrypted.RequestId, null],
    ['DescribeKey', error.requestId, error.code],
  ];
  return [name, alice, key, alias, done];
}

function date(time) {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

// A range of time around now.
function day() {
  return { StartTime: date(Date.now() - 12 * HOUR), EndTime: date(Date.now() + 12 * HOUR) };
}

// All events of a question, page by page. The range is the same for every question: a token goes with it.
async function found(t, params, product = 'trail') {
  t.trailDay ??= day();
  const events = [];
  let token = {};
  for (;;) {
    const page = await root(t)[product]('LookupEvents', { ...t.trailDay, ...params, ...token });
    events.push(...page.Events);
    if (!page.NextToken) return events;
    token = { NextToken: page.NextToken };
  }
}

function attributes(wanted) {
  return { LookupAttribute: Object.entries(wanted).map(([Key, Value]) => ({ Key, Value })) };
}

function told(events) {
  return events.map((event) => [event.eventName, event.eventId, event.errorCode ?? null]);
}

// Each attribute finds what was just done, in order.
async function eventsOfCalls(t) {
  const [name, alice, key, alias, done] = await calls(t);
  const back = [...done].reverse();
  const [forward, backward] = [{ Direction: 'FORWARD' }, { Direction: 'BACKWARD' }];
  const ofUser = await found(t, { ...forward, ...attributes({ User: name }) });
  t.equal('by user', told(ofUser), done);
  t.equal('backwards', told(await found(t, attributes({ User: name }))), back);
  const accessKey = alice.accessKey.AccessKeyId;
  for (const [what, wanted, want] of [
    ['access key', { EventAccessKeyId: accessKey }, done],
    ['service', { User: name, ServiceName: 'Kms' }, done],
    ['another service', { User: name, ServiceName: 'Ram' }, []],
    ['event name', { User: name, EventName: 'Decrypt' }, [done[2]]],
    ['event id', { EventId: done[0][1] }, [done[0]]],
    ['reads', { User: name, EventRW: 'Read' }, done.slice(1)],
    ['writes', { User: name, EventRW: 'Write' }, [done[0]]],
    ['resource type', { User: name, ResourceType: 'ACS::KMS::Key' }, done],
    ['another type', { User: name, ResourceType: 'ACS::KMS::Certificate' }, []],
    ['key', { User: name, ResourceName: key }, done],
    ['alias', { User: name, ResourceName: alias }, [done[1]]],
  ]) {
    t.equal(`by ${what}`, told(await found(t, { ...forward, ...attributes(wanted) })), want);
  }
  let pages = await found(t, { ...forward, MaxResults: '1', ...attributes({ User: name }) });
  t.equal('page by page', told(pages), done);
  pages = await found(t, { ...backward, MaxResults: '3', ...attributes({ User: name }) });
  t.equal('page by page, backwards', told(pages), back);
  fieldsHold(t, name, accessKey, key, alias, ofUser);
}

function fieldsHold(t, name, accessKey, key, alias, events) {
  const [first, last] = [events[1], events.at(-1)];
  t.equal('who', first.userIdentity.userName, name);
  t.equal('what kind of user', first.userIdentity.type, 'ram-user');
  t.equal('with which key', first.userIdentity.accessKeyId, accessKey);
  t.equal('whose', [first.recipientAccountId, first.userIdentity.accountId], [uid(t), uid(t)]);
  t.equal('service and version', [first.serviceName, first.apiVersion], ['Kms', '2016-01-20']);
  t.equal('type', [first.eventType, first.eventCategory], ['ApiCall', 'Management']);
  t.equal('region', first.acsRegion, t.credentials.region);
  const age = Math.abs(Date.parse(first.eventTime) - Date.now());
  t.that('time', DATE.test(first.eventTime) && age < HOUR, first.eventTime);
  const asked = first.requestParameters;
  t.equal('key as it was named', asked.KeyId, alias);
  t.equal('context', JSON.parse(asked.EncryptionContext), ORDINARY);
  t.equal('the same as text', JSON.parse(first.requestParameterJson), asked);
  t.equal('key of the answer', first.responseElements.KeyId, key);
  t.equal('resource', [first.resourceType, first.resourceName], ['ACS::KMS::Key', key]);
  const all = { 'ACS::KMS::Key': [key], 'ACS::KMS::Alias': [alias] };
  t.equal('all resources', first.referencedResources, all);
  t.that('no plaintext', events.every((event) => !JSON.stringify(event).includes(PLAINTEXT)));
  const bare = Object.keys(last.responseElements).join() === 'RequestId';
  t.that('a refused call says why', last.errorMessage && bare, last);
}

// What is no question is refused; a token goes with its question; the last week is the default.
async function questions(t) {
  const [[name, alice, , , done], me] = [await calls(t), root(t)];
  const ofUser = attributes({ User: name });
  let page = await me.trail('LookupEvents', { MaxResults: '1', ...ofUser });
  t.equal('without times', told(page.Events), [done[3]]);
  t.equal('the last week', Date.parse(page.EndTime) - Date.parse(page.StartTime), 7 * 24 * HOUR);
  const { NextToken } = page;
  page = await me.trail('LookupEvents', { MaxResults: '50', ...ofUser, NextToken });
  t.equal('the rest', told(page.Events), [done[2], done[1], done[0]]);
  t.that('no further page', !page.NextToken, page);
  const { StartTime: EndTime, EndTime: StartTime } = day();
  for (const [what, want, params] of [
    ['a token of another question', WRONG, { ...attributes({ User: 'nobody' }), NextToken }],
    ['no token', WRONG, { NextToken: 'AAAA' }],
    ['an attribute that is none', WRONG, attributes({ Color: 'red' })],
    ['a direction that is none', WRONG, { Direction: 'UP' }],
    ['too many results', WRONG, { MaxResults: '51' }],
    ['half a range', [400, 'InvalidParameterEndTime'], { StartTime: '2026-01-01T00:00:00Z' }],
    ['a start that is no time', [400, 'InvalidParameterStartTime'], { ...day(), StartTime: 'yesterday' }],
    ['an end before its start', RANGE, { StartTime, EndTime }],
  ]) {
    await me.refused(what, want, 'trail', 'LookupEvents', params);
  }
  const old = { StartTime: '2020-01-01T00:00:00Z', EndTime: '2020-01-02T00:00:00Z' };
  t.equal('before there was anything', (await me.trail('LookupEvents', old)).Events, []);
  await alice.denied('who may not ask', 'trail', 'LookupEvents', {});
  await grant(t, name, statement('actiontrail:LookupEvents'));
  t.that('who may ask', (await alice.trail('LookupEvents', {})).Events.length > 0);
}

// There are none, and none can be made.
async function trails(t) {
  const me = root(t);
  t.equal('DescribeTrails', (await me.trail('DescribeTrails', {})).TrailList, []);
  const rows = (await me.trail('DescribeRegions', {})).Regions.Region;
  t.that('DescribeRegions', rows.some((row) => row.RegionId === t.credentials.region), rows);
  const noTrail = [404, 'TrailNotFoundException'];
  await me.refused('GetTrailStatus', noTrail, 'trail', 'GetTrailStatus', { Name: 'no-such-trail' });
  const params = { Name: 'some-trail', OssBucketName: 'bucket' };
  await me.refused('CreateTrail', [400, 'UnsupportedOperation'], 'trail', 'CreateTrail', params);
}

// Version 2017-12-04, as clients of before 2020 send it: attributes are parameters.
async function oldVersion(t) {
  const [name, , key, , done] = await calls(t);
  const Direction = 'FORWARD';
  for (const [what, params, want] of [
    ['user', { User: name }, done],
    ['event name', { User: name, EventName: 'Encrypt' }, [done[1]]],
    ['event', { Event: done[1][1] }, [done[1]]],
    ['resource', { User: name, ResourceName: key, ResourceType: 'ACS::KMS::Key' }, done],
    ['service', { User: name, ServiceName: 'Sts' }, []],
    ['type', { User: name, EventType: 'ApiCall' }, done],
    ['pages', { User: name, MaxResults: '1' }, done],
  ]) {
    t.equal(`2017-12-04 by ${what}`, told(await found(t, { Direction, ...params }, 'oldTrail')), want);
  }
  const current = await found(t, { Direction, ...attributes({ User: name }) });
  const old = await found(t, { Direction, User: name }, 'oldTrail');
  t.equal('both versions tell the same', old, current);
  t.equal('2017-12-04 DescribeTrails', (await root(t).oldTrail('DescribeTrails', {})).TrailList, []);
}

// Ours: how a key is used, and how the log is doing.
async function usage(t) {
  const [[name, alice, KeyId, alias], me] = [await calls(t), root(t)];
  const toldOfKey = await me.claviger('GetKeyUsage', { KeyId: alias });
  t.equal('whose usage', toldOfKey.KeyId, KeyId);
  const last = toldOfKey.LastUsed;
  t.equal('last use', [last.Action, last.Caller], ['Decrypt', name]);
  t.equal('last use: with', last.AccessKeyId, alice.accessKey.AccessKeyId);
  t.equal('recently', toldOfKey.RecentlyUsed, true);
  t.equal('uses of the version', toldOfKey.Versions.Version.map((row) => row.Count), [2]);
  const count = (action, outcome) =>
    toldOfKey.Days.Day.find((row) => row.Action === action && row.Outcome === outcome)?.Count;
  t.equal('encryptions', count('Encrypt', 'served'), 1);
  t.equal('refused calls', count('DescribeKey', 'refused'), 1);
  const unused = await me.claviger('GetKeyUsage', { KeyId: (await made(t)).KeyId });
  t.equal('an unused key', [unused.RecentlyUsed, unused.LastUsed ?? null], [false, null]);
  await me.refused('a key that is not there', NO_KEY, 'claviger', 'GetKeyUsage', { KeyId: fresh(t, 'key') });
  await alice.denied('who may not ask', 'claviger', 'GetKeyUsage', { KeyId });
  const due = (await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })).RequestId;
  const [event] = await found(t, attributes({ EventId: due }));
  t.equal('deletion of a used key', event.additionalEventData['response.risk'], 'recently_used');
  const doomed = await me.claviger('GetKeyUsage', { KeyId });
  t.that('its end', doomed.KeyState === 'PendingDeletion' && DATE.test(doomed.DeletionDate), doomed);
  await t.call('CancelKeyDeletion', { KeyId });
  const status = await me.claviger('GetAuditStatus', {});
  t.that('the log', status.Log.Healthy && status.Log.Lines > 0, status);
  t.that('the index', status.Index.Trouble === '' && status.Index.Done > 0, status);
}

export const SECTIONS = [eventsOfCalls];
export const ONCE = [questions, trails, oldVersion, usage];
