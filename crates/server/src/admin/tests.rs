//! Every command, and the calls that it makes.

use std::collections::BTreeSet;

use clap::Parser as _;
use claviger_dialect_alibaba::Api;

use crate::cli::{Cli, Command};

/// Commands, with `FILE` for a document, and their calls. Several calls are joined by `; `.
const COMMANDS: &[(&str, &str)] = &[
    ("account create A", "CreateAccount AccountName=A"),
    ("account list", "ListAccounts"),
    ("account show 1", "GetAccount AccountId=1"),
    (
        "account change 1 --name B",
        "UpdateAccount AccountId=1 AccountName=B",
    ),
    ("account delete 1", "DeleteAccount AccountId=1"),
    (
        "user create u --display-name D --mobile-phone 1 --email e@f --comments C",
        "CreateUser UserName=u DisplayName=D MobilePhone=1 Email=e@f Comments=C",
    ),
    ("user list", "ListUsers"),
    (
        "user show u",
        "GetUser UserName=u; GetLogin UserName=u; ListGroupsForUser UserName=u; ListPoliciesForUser UserName=u; ListAccessKeys UserName=u",
    ),
    (
        "user change u --name v --display-name D --mobile-phone 1 --email e@f --comments=",
        "UpdateUser UserName=u NewUserName=v NewDisplayName=D NewMobilePhone=1 NewEmail=e@f NewComments=",
    ),
    (
        "user password u --password file:FILE",
        "SetPassword UserName=u Password={}",
    ),
    (
        "user password --root --password file:FILE --original file:FILE",
        "SetPassword Password={} OriginalPassword={}",
    ),
    ("user disable u", "UpdateLogin UserName=u Status=Inactive"),
    ("user enable --root", "UpdateLogin Status=Active"),
    ("user delete u", "DeleteUser UserName=u"),
    ("key create", "CreateAccessKey"),
    ("key create --user u", "CreateAccessKey UserName=u"),
    ("key create --service s", "CreateServiceAccessKey ServiceName=s"),
    ("key list", "ListAccessKeys"),
    ("key list --service s", "ListServiceAccessKeys ServiceName=s"),
    (
        "key disable K --user u",
        "UpdateAccessKey UserName=u UserAccessKeyId=K Status=Inactive",
    ),
    (
        "key enable K --service s",
        "UpdateServiceAccessKey ServiceName=s UserAccessKeyId=K Status=Active",
    ),
    ("key delete K", "DeleteAccessKey UserAccessKeyId=K"),
    (
        "key delete K --service s",
        "DeleteServiceAccessKey ServiceName=s UserAccessKeyId=K",
    ),
    (
        "group create g --comments C",
        "CreateGroup GroupName=g Comments=C",
    ),
    ("group list", "ListGroups"),
    ("group list --user u", "ListGroupsForUser UserName=u"),
    (
        "group show g",
        "GetGroup GroupName=g; ListUsersForGroup GroupName=g; ListPoliciesForGroup GroupName=g",
    ),
    (
        "group change g --name h --comments C",
        "UpdateGroup GroupName=g NewGroupName=h NewComments=C",
    ),
    ("group delete g", "DeleteGroup GroupName=g"),
    ("group add-user g u", "AddUserToGroup GroupName=g UserName=u"),
    (
        "group remove-user g u",
        "RemoveUserFromGroup GroupName=g UserName=u",
    ),
    ("group users g", "ListUsersForGroup GroupName=g"),
    (
        "role create r --trust FILE --max-session 7200 --description D --tag a=b",
        "CreateRole RoleName=r AssumeRolePolicyDocument={} MaxSessionDuration=7200 Description=D Tag.1.Key=a Tag.1.Value=b",
    ),
    ("role list", "ListRoles"),
    (
        "role show r",
        "GetRole RoleName=r; ListPoliciesForRole RoleName=r",
    ),
    (
        "role change r --trust FILE --max-session 7200 --description D",
        "UpdateRole RoleName=r NewAssumeRolePolicyDocument={} NewMaxSessionDuration=7200 NewDescription=D",
    ),
    ("role delete r", "DeleteRole RoleName=r"),
    (
        "policy create p --document FILE --description D --tag a=b --tag c=d=e",
        "CreatePolicy PolicyName=p PolicyDocument={} Description=D Tag.1.Key=a Tag.1.Value=b Tag.2.Key=c Tag.2.Value=d=e",
    ),
    ("policy list", "ListPolicies"),
    ("policy list --system", "ListPolicies PolicyType=System"),
    ("policy list --custom", "ListPolicies PolicyType=Custom"),
    ("policy list --user u", "ListPoliciesForUser UserName=u"),
    ("policy list --group g", "ListPoliciesForGroup GroupName=g"),
    ("policy list --role r", "ListPoliciesForRole RoleName=r"),
    ("policy show p", "GetPolicy PolicyName=p PolicyType=Custom"),
    (
        "policy show p --system --version v2",
        "GetPolicyVersion PolicyName=p PolicyType=System VersionId=v2",
    ),
    (
        "policy versions p",
        "ListPolicyVersions PolicyName=p PolicyType=Custom",
    ),
    (
        "policy add-version p --document FILE",
        "CreatePolicyVersion PolicyName=p PolicyDocument={} SetAsDefault=false",
    ),
    (
        "policy add-version p --document FILE --default --drop-oldest",
        "CreatePolicyVersion PolicyName=p PolicyDocument={} SetAsDefault=true \
         RotateStrategy=DeleteOldestNonDefaultVersionWhenLimitExceeded",
    ),
    (
        "policy set-default p v2",
        "SetDefaultPolicyVersion PolicyName=p VersionId=v2",
    ),
    (
        "policy delete-version p v2",
        "DeletePolicyVersion PolicyName=p VersionId=v2",
    ),
    (
        "policy delete p",
        "DeletePolicy PolicyName=p CascadingDelete=false",
    ),
    (
        "policy delete p --with-versions",
        "DeletePolicy PolicyName=p CascadingDelete=true",
    ),
    (
        "policy attach p --user u",
        "AttachPolicyToUser PolicyName=p PolicyType=Custom UserName=u",
    ),
    (
        "policy attach p --system --group g",
        "AttachPolicyToGroup PolicyName=p PolicyType=System GroupName=g",
    ),
    (
        "policy attach p --role r",
        "AttachPolicyToRole PolicyName=p PolicyType=Custom RoleName=r",
    ),
    (
        "policy detach p --user u",
        "DetachPolicyFromUser PolicyName=p PolicyType=Custom UserName=u",
    ),
    (
        "policy detach p --group g",
        "DetachPolicyFromGroup PolicyName=p PolicyType=Custom GroupName=g",
    ),
    (
        "policy detach p --system --role r",
        "DetachPolicyFromRole PolicyName=p PolicyType=System RoleName=r",
    ),
    (
        "policy entities p",
        "ListEntitiesForPolicy PolicyName=p PolicyType=Custom",
    ),
    (
        "service create s --description D",
        "CreateService ServiceName=s Description=D",
    ),
    ("service list", "ListServices"),
    (
        "service show s",
        "GetService ServiceName=s; ListServiceAccessKeys ServiceName=s",
    ),
    ("service delete s", "DeleteService ServiceName=s"),
    (
        "explain --as role/r/me --action kms:Decrypt --resource * --context a=1 --context a=2",
        "Explain As=role/r/me AskedAction=kms:Decrypt AskedResource=* Condition.1.Key=a Condition.1.Value=1 \
         Condition.2.Key=a Condition.2.Value=2",
    ),
    ("usage alias/a", "GetKeyUsage KeyId=alias/a"),
    ("audit", "GetAuditStatus"),
];

#[test]
fn commands_make_their_calls_and_leave_no_operation_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.json");
    std::fs::write(&file, "{}").unwrap();
    // A follow-up of `key list` and `user show`.
    let mut reached = BTreeSet::from(["GetAccessKeyLastUsed".to_owned()]);
    for (line, expected) in COMMANDS {
        let words = line.split(' ').map(|word| match word {
            "FILE" => file.display().to_string(),
            "file:FILE" => format!("file:{}", file.display()),
            word => word.to_owned(),
        });
        let cli = Cli::try_parse_from(["claviger", "admin"].map(str::to_owned).into_iter().chain(words));
        let cli = cli.unwrap_or_else(|error| panic!("{error}"));
        let Command::Admin(admin) = cli.command else {
            panic!("{line}")
        };
        let task = admin.noun.task().unwrap();
        let calls = task.calls.iter().map(|call| {
            let parameters = call.parameters.iter();
            let parameters = parameters.map(|(name, value)| format!(" {name}={value}"));
            format!("{}{}", call.action, parameters.collect::<String>())
        });
        assert_eq!(calls.collect::<Vec<_>>().join("; "), *expected, "{line}");
        for call in &task.calls {
            assert!(
                call.api.served().any(|name| name == call.action),
                "{}",
                call.action
            );
            reached.insert(call.action.to_owned());
        }
    }
    let served = Api::Ram.served().chain(Api::Admin.served());
    let served: BTreeSet<_> = served.map(str::to_owned).collect();
    assert_eq!(reached, served);
}
