// The forms in which structured parameters travel when no typed request puts them there, and what both adapters know of
// the products. Twin: `python/params.py`.

/** Lists whose members are parameters of their own: `ResourceId.1`, `Tag.1.Key`. The libraries know them. */
const REPEATED = new Set(['LookupAttribute', 'ResourceId', 'Tag', 'TagKey']);

/** The parameters with every other structure as JSON text. */
export function wire(params) {
  const one = ([name, value]) => {
    const structured = typeof value === 'object' && !REPEATED.has(name);
    return [name, structured ? JSON.stringify(value) : value];
  };
  return Object.fromEntries(Object.entries(params).map(one));
}

/** product -> version. The last one is ours. */
export const VERSIONS = {
  kms: '2016-01-20',
  ram: '2015-05-01',
  sts: '2015-04-01',
  trail: '2020-07-06',
  oldTrail: '2017-12-04',
  claviger: '2026-11-22',
};

/** The transport that was asked for, or the usual one. */
export function transport(secure, usual) {
  if (secure === undefined) return usual;
  return secure ? 'https' : 'http';
}
