// Where the operations are, below the project: verb, path, status. Those of `huawei/operations.py` that are used here; all
// others are `POST kms/<name>` with 200.

const OTHERS = {
  'user-instances': ['GET', 'kms/user-instances', 200],
  'user-quotas': ['GET', 'kms/user-quotas', 200],
  'find-keys': ['POST', 'kms/resource_instances/action', 200],
  'list-key-tags': ['GET', 'kms/{key_id}/tags', 200],
  'add-key-tag': ['POST', 'kms/{key_id}/tags', 204],
  'batch-key-tags': ['POST', 'kms/{key_id}/tags/action', 204],
  'delete-key-tag': ['DELETE', 'kms/{key_id}/tags/{key}', 204],
  'list-tags': ['GET', 'kms/tags', 200],
  'create-alias': ['POST', 'kms/aliases', 201],
  'list-aliases': ['GET', 'kms/aliases', 200],
  'delete-alias': ['DELETE', 'kms/aliases', 204],
  'associate-alias': ['POST', 'kms/alias/associate', 200],
};

export function place(name) {
  return OTHERS[name] ?? ['POST', `kms/${name}`, 200];
}
