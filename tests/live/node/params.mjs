// The forms in which structured parameters travel when no typed request puts them there. Twin: `python/params.py`.

/** Lists whose members are parameters of their own: `ResourceId.1`, `Tag.1.Key`. The libraries know them. */
const REPEATED = new Set(['ResourceId', 'Tag', 'TagKey']);

/** The parameters with every other structure as JSON text. */
export function wire(params) {
  const one = ([name, value]) => {
    const structured = typeof value === 'object' && !REPEATED.has(name);
    return [name, structured ? JSON.stringify(value) : value];
  };
  return Object.fromEntries(Object.entries(params).map(one));
}
