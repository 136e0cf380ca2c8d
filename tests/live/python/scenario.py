"""The scenario that every Python client runs, put together from its parts. `node/scenario.mjs` is its twin: same parts,
same sections, same checks.
"""

import base64

import scenario_accounts as accounts
import scenario_aliases as aliases
import scenario_asymmetric as asymmetric
import scenario_calls as calls
import scenario_certificates as certificates
import scenario_deletion as deletion
import scenario_documents as documents
import scenario_encryption as encryption
import scenario_export as export
import scenario_hsm as hsm
import scenario_hsm_import as hsm_import
import scenario_identities as identities
import scenario_import as importing
import scenario_keys as keys
import scenario_macs as macs
import scenario_policies as policies
import scenario_rights as rights
import scenario_rotation as rotation
import scenario_services as services
import scenario_sessions as sessions
import scenario_signatures as signatures
import scenario_sm2 as sm2
import scenario_sm2_certificates as sm2_certificates
import scenario_specs as specs
import scenario_tags as tags
import scenario_trail as trail
import scenario_versions as versions
from scenario_common import INVALID, ORDINARY, PLAINTEXT, UNICODE, encrypt, setup


def in_short(t):
    """The pass over plain HTTP: the same server behind another listener."""
    keys.metadata_holds(t, "CreateKey", t.first)
    encryption.round_trip(t, "unicode context", PLAINTEXT, t.key, UNICODE)
    encryption.round_trip(t, "6144 bytes", base64.b64encode(b"\xff" * 6144).decode(), t.arn, ORDINARY)
    blob = encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    t.refused("wrong context", INVALID, "Decrypt", CiphertextBlob=blob, EncryptionContext=UNICODE)


FULL = [
    setup,
    *keys.SECTIONS,
    *encryption.SECTIONS,
    *aliases.SECTIONS,
    *deletion.SECTIONS,
    *versions.SECTIONS,
    *rotation.SECTIONS,
    *asymmetric.SECTIONS,
    *signatures.SECTIONS,
    *macs.SECTIONS,
    *importing.SECTIONS,
    *export.SECTIONS,
    *hsm.SECTIONS,
    *tags.SECTIONS,
    *policies.SECTIONS,
    *certificates.SECTIONS,
    *rights.SECTIONS,
    *sessions.SECTIONS,
    *trail.SECTIONS,
    *calls.SECTIONS,
]
SHORT = [setup, in_short, *calls.SHORT, *rights.SECTIONS, *sessions.SECTIONS]
# What depends on neither scheme nor transport and is dear: one pass of each client runs it behind the others.
ONCE = [
    *specs.SECTIONS,
    *signatures.ONCE,
    *macs.ONCE,
    *hsm.ONCE,
    *sm2.ONCE,
    *sm2_certificates.ONCE,
    *hsm_import.ONCE,
    *tags.ONCE,
    *certificates.ONCE,
    *rights.ONCE,
    *sessions.ONCE,
    *identities.ONCE,
    *documents.ONCE,
    *accounts.ONCE,
    *services.ONCE,
    *trail.ONCE,
]
