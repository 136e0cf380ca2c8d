// Keys, tags, aliases, rotation.

import { NO_KEY, TEXT, UNKNOWN, code, describe, encrypted, made, opened, state, title } from './walk.mjs';

async function life(t) {
  const name = title(t);
  const key = await made(t, { key_alias: name, key_description: TEXT });
  const shown = await describe(t, key);
  const { domain_id } = t.credentials;
  const want = { key_alias: name, key_description: TEXT, key_state: '2', key_spec: 'AES_256', domain_id };
  for (const [field, value] of Object.entries(want)) t.equal(`describe-key: ${field}`, shown[field], value);
  await t.refused('a name that is taken', code('1104'), 'create-key', { key_alias: name });
  await t.refused('no such key', NO_KEY, 'describe-key', { key_id: crypto.randomUUID() });
  await t.refused('enable, enabled', code('1201'), 'enable-key', { key_id: key });
  t.equal('disable-key', await t.call('disable-key', { key_id: key }), { key_info: { key_id: key, key_state: '3' } });
  await t.refused('disabled', code('0209'), 'encrypt-data', { key_id: key, plain_text: 'x' });
  await t.call('enable-key', { key_id: key });
  const answer = await t.call('schedule-key-deletion', { key_id: key, pending_days: '7' });
  t.equal('schedule-key-deletion', answer, { key_id: key, key_state: '4' });
  t.equal('cancel-key-deletion', await t.call('cancel-key-deletion', { key_id: key }), { key_id: key, key_state: '3' });
  await t.call('update-key-description', { key_id: key, key_description: '' });
  await t.call('update-key-alias', { key_id: key, key_alias: `${name}-new` });
  t.equal('renamed', (await describe(t, key)).key_alias, `${name}-new`);
}

async function lists(t) {
  const keys = [await made(t), await made(t), await made(t)];
  const everything = await t.call('list-keys', {});
  t.equal('newest first', everything.keys.slice(0, 3), keys.toReversed());
  const seen = [];
  let marker = '';
  do {
    const page = await t.call('list-keys', { limit: '2', marker });
    seen.push(...page.keys);
    marker = page.next_marker;
  } while (marker !== '');
  t.equal('page by page', seen, everything.keys);
  t.equal('total', everything.total, seen.length);
  const { instance_num } = await t.call('user-instances');
  t.equal('user-instances', instance_num, everything.key_details.filter((row) => row.default_key_flag === '0').length);
  const { quotas } = await t.call('user-quotas');
  t.equal('user-quotas', quotas.resources.map((row) => row.type).sort(), ['CMK', 'grant_per_CMK']);
}

async function tags(t) {
  const key = await made(t);
  const mark = `m-${t.tag}`;
  await t.call('add-key-tag', { key_id: key, tag: { key: mark, value: '1' } });
  const rows = [{ key: 'ключ a', value: 'é ✓' }, { key: 'DEV', value: '' }];
  await t.call('batch-key-tags', { key_id: key, action: 'create', tags: rows });
  const shown = await t.call('list-key-tags', { key_id: key });
  t.equal('tags', shown.tags.length, 3);
  t.equal('existTagsNum', shown.existTagsNum, 3);
  const found = await t.call('find-keys', { action: 'filter', tags: [{ key: mark, values: ['1'] }] });
  t.equal('found', found.resources.map((row) => row.resource_id), [key]);
  const counted = await t.call('find-keys', { action: 'count', tags: [{ key: mark, values: ['1'] }] });
  t.equal('counted', counted.total_count, 1);
  const everything = await t.call('list-tags');
  t.equal('list-tags', everything.tags.find((row) => row.key === mark)?.values, ['1']);
  await t.call('delete-key-tag', { key_id: key, key: 'DEV' });
  // This client signs other bytes than it sends where a path is not ASCII, and encodes twice what is encoded already. The
  // first cannot be right, the second is taken.
  await t.refused('a path that is not ASCII', UNKNOWN, 'delete-key-tag', { key_id: key, key: 'ключ a' });
  await t.call('delete-key-tag', { key_id: key, key: encodeURIComponent('ключ a') });
  t.equal('one left', (await t.call('list-key-tags', { key_id: key })).tags, [{ key: mark, value: '1' }]);
}

async function aliases(t) {
  const [key, name] = [await made(t), `node/${t.tag}`];
  const shown = await t.call('create-alias', { key_id: key, alias: name });
  const urn = `kms:${t.credentials.region}:${t.credentials.domain_id}:alias:${name}`;
  t.equal('alias_urn', shown.alias_urn, urn);
  for (const ref of [`alias/${name}`, urn]) t.equal(ref, (await describe(t, ref)).key_id, key);
  const { aliases: rows } = await t.call('list-aliases', { key_id: key, limit: '50', marker: "a b+c/=&ü~*'" });
  t.equal('list-aliases', rows.map((row) => row.alias), [name]);
  const other = await made(t);
  await t.call('associate-alias', { alias: name, target_key_id: other });
  t.equal('associate-alias', (await describe(t, `alias/${name}`)).key_id, other);
  await t.call('delete-alias', { key_id: other, aliases: [name] });
  await t.refused('after it', NO_KEY, 'describe-key', { key_id: `alias/${name}` });
}

async function rotation(t) {
  const key = { key_id: await made(t) };
  const old = await encrypted(t, key.key_id);
  await t.call('enable-key-rotation', key);
  await t.call('update-key-rotation-interval', { ...key, rotation_interval: 30 });
  await t.refused('29 days', code('3001'), 'update-key-rotation-interval', { ...key, rotation_interval: 29 });
  await t.call('rotate-on-demand', key);
  const shown = await t.call('get-key-rotation-status', key);
  const got = [shown.key_rotation_enabled, shown.rotation_interval, shown.number_of_rotations];
  t.equal('get-key-rotation-status', got, [true, 30, 1]);
  t.equal('old data', await opened(t, old), TEXT);
  await t.call('disable-key-rotation', key);
  await t.refused('off again', code('0313'), 'disable-key-rotation', key);
  t.equal('state', await state(t, key.key_id), '2');
}

export const SECTIONS = [life, lists, tags, aliases, rotation];
export const SHORT = [life];
