"""The scenario of this face, put together from its themes."""

import theme_access as access
import theme_aliases as aliases
import theme_data as data
import theme_datakeys as datakeys
import theme_grants as grants
import theme_identities as identities
import theme_import as importing
import theme_keys as keys
import theme_limits as limits
import theme_rotation as rotation
import theme_signatures as signatures
import theme_tags as tags
import theme_trail as trail
from shared import setup

BASE = [keys, data, datakeys, signatures, importing, grants, tags, rotation]
SHORT = [setup, *keys.SHORT, *data.SHORT, *datakeys.SHORT, *grants.SHORT]


def full(api):
    """Everything that the client can send."""
    sections = [setup]
    for theme in BASE:
        sections += theme.SECTIONS
    if api.later:
        for theme in (data, signatures, rotation, aliases):
            sections += theme.LATER
    if api.binds:
        sections += [*data.BOUND, *datakeys.BOUND]
    if api.signs:
        sections += access.SECTIONS
    if api.identities:
        sections += [*grants.NEIGHBOURS, *identities.SECTIONS, *trail.SECTIONS]
    return sections


def once():
    """What the newest client alone does: it is dear, or needs clients that no other environment has."""
    import theme_faces as faces
    import theme_sm as sm
    import theme_sops as sops

    return [*access.ONCE, *faces.ONCE, *sm.ONCE, *sops.ONCE, *limits.ONCE]


def chosen(sections, names):
    """Of these the ones with such names, as `theme` or `theme.section`, and what prepares them."""
    if not names:
        return sections

    def fits(section):
        theme = section.__module__.removeprefix("theme_")
        return theme in names or f"{theme}.{section.__name__}" in names

    found = [section for section in sections if section is setup or fits(section)]
    if found == [setup]:
        raise SystemExit(f"there is no section {' or '.join(names)}")
    return found
