// Tags, by both generations of calls: the twin of `python/scenario_tags.py`.

import { randomUUID } from 'node:crypto';

import { INVALID, MISSING, NO_ALIAS_HERE, NO_KEY, TOO_MANY, made } from './scenario_common.mjs';
import { allKeys } from './scenario_keys.mjs';

const BAD_KEY = [400, 'InvalidParameter.TagKey'];
const BAD_VALUE = [400, 'InvalidParameter.TagValue'];
const TWICE = [400, 'Duplicate.TagKey'];
const NO_RESOURCE = [404, 'InvalidResourceId.NotFound'];

/** Tags as the older calls take them. */
export function tags(pairs) {
  return Object.entries(pairs).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** As many names that begin so. */
function many(count, start) {
  return Array.from({ length: count }, (_, i) => `${start}${i}`);
}

async function tagsOf(t, KeyId) {
  const found = (await t.call('ListResourceTags', { KeyId })).Tags.Tag;
  t.that('ListResourceTags names the key', found.every((row) => row.KeyId === KeyId));
  return Object.fromEntries(found.map((row) => [row.TagKey, row.TagValue]));
}

async function tagsOfOneKey(t) {
  const { KeyId } = await made(t, { Tags: tags({ born: 'yes' }) });
  const set = (pairs) => t.call('TagResource', { KeyId, Tags: tags(pairs) });
  t.equal('tags of CreateKey', await tagsOf(t, KeyId), { born: 'yes' });
  const odd = { 'p/q_r-s.t+u=v:w@x': 'A/b\\c_d-e.f+g=h:i@j' };
  await set({ team: 'a', empty: '', ...odd });
  const want = { born: 'yes', team: 'a', empty: '', ...odd };
  t.equal('TagResource adds', await tagsOf(t, KeyId), want);
  await set({ team: 'b' });
  t.equal('TagResource changes', await tagsOf(t, KeyId), { ...want, team: 'b' });
  await t.call('UntagResource', { KeyId, TagKeys: ['team', 'empty', 'nobody'] });
  const rest = { born: 'yes', ...odd };
  t.equal('UntagResource removes, and overlooks what is not there', await tagsOf(t, KeyId), rest);
  await set(Object.fromEntries(many(18, 'k').map((key) => [key, 'v'])));
  t.equal('20 tags', Object.keys(await tagsOf(t, KeyId)).length, 20);
  await t.refused('the 21st tag', TOO_MANY, 'TagResource', { KeyId, Tags: tags({ more: 'v' }) });
  await set({ k1: 'changed' });
  t.equal('20 tags may change', (await tagsOf(t, KeyId)).k1, 'changed');
  await set({ k2: t.tag });
  for (const [name, filters, found] of [
    ['TagKey', { TagKey: ['k2'], TagValue: [t.tag] }, [KeyId]],
    ['TagValue', { TagValue: [t.tag] }, [KeyId]],
    ['a TagValue that nobody has', { TagValue: [`${t.tag}-`] }, []],
  ]) {
    const got = await allKeys(t, Object.entries(filters).map(([Key, Values]) => ({ Key, Values })));
    t.equal(`ListKeys by ${name}`, [...got.keys()], found);
  }
}

async function refusedTags(t) {
  const base = { KeyId: t.key };
  const wrong = {
    reserved: tags({ aliyun: 'v' }), 'reserved too': tags({ 'acs:x': 'v' }), 'no key': tags({ '': 'v' }),
    'key too long': tags({ ['k'.repeat(129)]: 'v' }), 'value too long': tags({ k: 'v'.repeat(129) }),
    space: tags({ 'a b': 'v' }), sign: tags({ k: 'a&b' }), none: [],
    21: many(21, 'k').map((TagKey) => ({ TagKey, TagValue: 'v' })), text: 'not json',
  };
  for (const [name, Tags] of Object.entries(wrong)) {
    await t.refused(`TagResource, ${name}`, INVALID, 'TagResource', { ...base, Tags });
  }
  await t.refused('TagResource without tags', MISSING, 'TagResource', base);
  await t.refused('UntagResource without keys', MISSING, 'UntagResource', base);
  await t.refused('UntagResource, text', INVALID, 'UntagResource', { ...base, TagKeys: 'not json' });
  const unknown = { KeyId: randomUUID() };
  const one = { Tags: tags({ a: 'b' }) };
  await t.refused('TagResource, unknown key', NO_KEY, 'TagResource', { ...unknown, ...one });
  await t.refused('UntagResource, unknown key', NO_KEY, 'UntagResource', { ...unknown, TagKeys: ['a'] });
  await t.refused('ListResourceTags, unknown key', NO_KEY, 'ListResourceTags', unknown);
  const alias = { KeyId: `alias/live/${t.tag}` };
  await t.refused('TagResource by alias', NO_ALIAS_HERE, 'TagResource', { ...alias, ...one });
  await t.refused('ListResourceTags by alias', NO_ALIAS_HERE, 'ListResourceTags', alias);
  t.equal('refusals change nothing', await tagsOf(t, t.key), {});
}

/** Rows `[id, tag key, value]`, sorted, as ListTagResources gives them on one page. */
async function rowsOf(t, ResourceId, params = {}) {
  const page = await t.call('ListTagResources', { ...kind(t), ResourceId, ...params });
  t.equal('ListTagResources: one page', page.NextToken ?? '', '');
  const rows = page.TagResources.TagResource;
  t.that('ListTagResources: type', rows.every((row) => row.ResourceType === 'key'));
  return rows.map((row) => [row.ResourceId, row.TagKey, row.TagValue]).sort();
}

function kind(t) {
  return { RegionId: t.credentials.region, ResourceType: 'key' };
}

async function tagsOfManyKeys(t) {
  const keys = [t.key, t.other];
  const call = (action, params) => t.call(action, { ...kind(t), ...params });
  const both = [{ Key: 'stage', Value: 'live' }, { Key: 'team', Value: 'a' }];
  await call('TagResources', { ResourceId: keys, Tag: both });
  const rows = (team) => [
    [t.key, 'stage', 'live'], [t.key, 'team', 'a'], [t.other, 'stage', 'live'], [t.other, 'team', team],
  ].sort();
  t.equal('TagResources adds to all', await rowsOf(t, keys), rows('a'));
  t.equal('the older call shows them', await tagsOf(t, t.other), { stage: 'live', team: 'a' });
  const Tag = [{ Key: 'team', Value: 'b' }];
  await call('TagResources', { ResourceId: [t.other], Tag });
  t.equal('TagResources changes one', await rowsOf(t, keys), rows('b'));
  const byKey = await rowsOf(t, keys, { Tag: [{ Key: 'team' }] });
  t.equal('by tag key', [...new Set(byKey.map(([id]) => id))], [...keys].sort());
  const byValue = await rowsOf(t, keys, { Tag });
  t.equal('by tag key and value', [...new Set(byValue.map(([id]) => id))], [t.other]);
  const page = (await call('ListTagResources', { Tag })).TagResources.TagResource;
  t.that('by tag alone', page.some((row) => row.ResourceId === t.other));
  await call('UntagResources', { ResourceId: keys, TagKey: ['team', 'nobody'] });
  const left = keys.map((key) => [key, 'stage', 'live']).sort();
  t.equal('UntagResources', await rowsOf(t, keys), left);
  await call('UntagResources', { ResourceId: keys, All: true });
  t.equal('UntagResources, all', await rowsOf(t, keys), []);
}

async function refusedTagsOfMany(t) {
  const action = 'TagResources';
  const [ResourceId, Tag] = [[t.key], [{ Key: 'a', Value: 'b' }]];
  for (const [name, wants, wrong] of [
    ['reserved', BAD_KEY, [{ Key: 'acs:x', Value: 'v' }]],
    ['key too long', BAD_KEY, [{ Key: 'k'.repeat(129), Value: 'v' }]],
    ['value with a sign', BAD_VALUE, [{ Key: 'k', Value: 'a&b' }]],
    ['twice', TWICE, [{ Key: 'k', Value: '1' }, { Key: 'k', Value: '2' }]],
    ['21', INVALID, many(21, 'k').map((Key) => ({ Key, Value: 'v' }))],
  ]) {
    await t.refused(`${action}, ${name}`, wants, action, { ...kind(t), ResourceId, Tag: wrong });
  }
  await t.refused(`${action} without tags`, MISSING, action, { ...kind(t), ResourceId });
  await t.refused(`${action} without keys`, MISSING, action, { ...kind(t), Tag });
  await t.refused(`${action} without a type`, MISSING, action, { ResourceId, Tag });
  await t.refused(`${action}, type`, INVALID, action, { ...kind(t), ResourceId, Tag, ResourceType: 'keys' });
  const strangers = Array.from({ length: 51 }, () => randomUUID());
  await t.refused(`${action}, 51 keys`, INVALID, action, { ...kind(t), ResourceId: strangers, Tag });
  const partly = { ...kind(t), ResourceId: [t.key, randomUUID()] };
  await t.refused(`${action}, one unknown key`, NO_RESOURCE, action, { ...partly, Tag });
  await t.refused('UntagResources, unknown key', NO_RESOURCE, 'UntagResources', { ...partly, TagKey: ['a'] });
  await t.refused('ListTagResources, unknown key', NO_RESOURCE, 'ListTagResources', partly);
  await t.refused('ListTagResources, page', INVALID, 'ListTagResources', { ...kind(t), NextToken: 'page 2' });
  t.equal('all or nothing', await tagsOf(t, t.key), {});
}

/** Eleven keys with twenty tags each are more than the 200 rows of a page. */
async function pagesOfTags(t) {
  const enabled = await allKeys(t, [{ Key: 'KeyState', Values: ['Enabled'] }]);
  const keys = [...enabled.keys()].slice(0, 11);
  const base = { ...kind(t), ResourceId: keys };
  const Tag = many(20, 'page-').map((Key) => ({ Key, Value: t.tag }));
  await t.call('UntagResources', { ...base, All: true });
  await t.call('TagResources', { ...base, Tag });
  const [seen, sizes] = [[], []];
  for (let token = {}; token && sizes.length < 3;) {
    const page = await t.call('ListTagResources', { ...base, ...token });
    const rows = page.TagResources.TagResource;
    sizes.push(rows.length);
    seen.push(...rows.map((row) => [row.ResourceId, row.TagKey]));
    token = page.NextToken ? { NextToken: page.NextToken } : null;
  }
  t.equal('ListTagResources: pages', sizes, [200, 20]);
  const want = keys.flatMap((key) => Tag.map(({ Key }) => [key, Key]));
  t.equal('ListTagResources: every row once', seen.sort(), want.sort());
  await t.call('UntagResources', { ...base, All: true });
}

export const SECTIONS = [tagsOfOneKey, refusedTags, tagsOfManyKeys, refusedTagsOfMany];
export const ONCE = [pagesOfTags];
