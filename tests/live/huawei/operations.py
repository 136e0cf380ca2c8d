"""Operations of key management by their names on the wire: what the SDK calls them, and where they are.

SOURCE: Key Management Service API reference (read 2026-11-22). `node-huawei/operations.mjs` has those that are used
there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    method_of_sdk: str
    verb: str = "POST"
    path: str = ""  # below the project
    status: int = 200


def _verb(name, method):
    return Operation(method, path=f"kms/{name}")


KMS = {
    name: _verb(name, method)
    for name, method in {
        "cancel-key-deletion": "cancel_key_deletion",
        "create-datakey": "create_datakey",
        "create-datakey-without-plaintext": "create_datakey_without_plaintext",
        "create-grant": "create_grant",
        "create-key": "create_key",
        "decrypt-data": "decrypt_data",
        "decrypt-datakey": "decrypt_datakey",
        "delete-imported-key-material": "delete_imported_key_material",
        "describe-key": "list_key_detail",
        "disable-key": "disable_key",
        "disable-key-rotation": "disable_key_rotation",
        "enable-key": "enable_key",
        "enable-key-rotation": "enable_key_rotation",
        "encrypt-data": "encrypt_data",
        "encrypt-datakey": "encrypt_datakey",
        "gen-random": "create_random",
        "generate-mac": "generate_mac",
        "get-key-rotation-status": "show_key_rotation_status",
        "get-parameters-for-import": "create_parameters_for_import",
        "get-publickey": "show_public_key",
        "import-key-material": "import_key_material",
        "list-grants": "list_grants",
        "list-keys": "list_keys",
        "list-retirable-grants": "list_retirable_grants",
        "re-encrypt": "re_encrypt",
        "retire-grant": "cancel_self_grant",
        "revoke-grant": "cancel_grant",
        "rotate-on-demand": "rotate_on_demand",
        "schedule-key-deletion": "delete_key",
        "sign": "sign",
        "update-key-alias": "update_key_alias",
        "update-key-description": "update_key_description",
        "update-key-rotation-interval": "update_key_rotation_interval",
        "verify": "validate_signature",
        "verify-mac": "verify_mac",
    }.items()
}
KMS |= {
    "user-instances": Operation("show_user_instances", "GET", "kms/user-instances"),
    "user-quotas": Operation("show_user_quotas", "GET", "kms/user-quotas"),
    "find-keys": Operation("list_kms_by_tags", "POST", "kms/resource_instances/action"),
    "list-key-tags": Operation("show_kms_tags", "GET", "kms/{key_id}/tags"),
    "add-key-tag": Operation("create_kms_tag", "POST", "kms/{key_id}/tags", 204),
    "batch-key-tags": Operation("batch_create_kms_tags", "POST", "kms/{key_id}/tags/action", 204),
    "delete-key-tag": Operation("delete_tag", "DELETE", "kms/{key_id}/tags/{key}", 204),
    "list-tags": Operation("list_kms_tags", "GET", "kms/tags"),
    "create-alias": Operation("create_alias", "POST", "kms/aliases", 201),
    "list-aliases": Operation("list_aliases", "GET", "kms/aliases"),
    "delete-alias": Operation("delete_alias", "DELETE", "kms/aliases", 204),
    "associate-alias": Operation("associate_alias", "POST", "kms/alias/associate"),
    "list-keystores": Operation("list_key_stores", "GET", "keystores"),
    "create-keystore": Operation("create_key_store", "POST", "keystores"),
    "enable-keystore": Operation("enable_key_store", "POST", "keystores/{keystore_id}/enable"),
    "list-regions": Operation("list_support_regions", "GET", "kms/regions"),
    "show-versions": Operation("show_versions", "GET"),
    "show-version": Operation("show_version", "GET"),
}
# Identities and traces go by the names of the SDK; these are the answers that are not 200.
STATUSES = {
    "keystone_create_user_token_by_password": 201,
    "create_temporary_access_key_by_token": 201,
    "create_user": 201,
    "keystone_create_user": 201,
    "keystone_create_group": 201,
    "create_cloud_service_custom_policy": 201,
    "create_permanent_access_key": 201,
    "keystone_update_user_password": 204,
    "keystone_delete_user": 204,
    "keystone_delete_group": 204,
    "keystone_add_user_to_group": 204,
    "keystone_check_user_in_group": 204,
    "keystone_remove_user_from_group": 204,
    "keystone_associate_group_with_project_permission": 204,
    "keystone_associate_group_with_domain_permission": 204,
    "keystone_check_project_permission_for_group": 204,
    "keystone_check_domain_permission_for_group": 204,
    "keystone_remove_project_permission_from_group": 204,
    "keystone_remove_domain_permission_from_group": 204,
    "update_domain_group_inherit_role": 204,
    "delete_domain_group_inherited_role": 204,
    "delete_permanent_access_key": 204,
}
