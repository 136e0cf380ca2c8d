//! Parameters of RAM and STS that have codes of their own for what is wrong with them.
//!
//! SOURCE: RAM API reference, "Error messages"; STS, AssumeRole, error codes (read 2026-11-22): `InvalidChars`, `Length` and
//! `Format` behind the name of the parameter. Those that no page names follow the pattern.

use crate::error::WireError;

/// A parameter with its codes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    invalid: &'static str,
    chars: &'static str,
    length: &'static str,
    format: &'static str,
}

impl Parameter {
    /// Its value is none of those that it may have.
    pub(crate) fn invalid(self) -> WireError {
        let message = format!("The parameter - \"{}\" is incorrect.", self.name);
        WireError::bad(self.invalid, message)
    }

    /// There are characters in it that it must not have.
    pub(crate) fn chars(self) -> WireError {
        let message = format!("The parameter - \"{}\" contains invalid chars.", self.name);
        WireError::bad(self.chars, message)
    }

    /// It is too long, or too short.
    pub(crate) fn length(self) -> WireError {
        let message = format!("The parameter - \"{}\" beyond the length limit.", self.name);
        WireError::bad(self.length, message)
    }

    /// It has another form.
    pub(crate) fn format(self) -> WireError {
        let message = format!("The format of the parameter - \"{}\" is incorrect.", self.name);
        WireError::bad(self.format, message)
    }
}

macro_rules! parameters {
    ($($constant:ident = $name:literal,)*) => {
        $(pub(crate) const $constant: Parameter = Parameter {
            name: $name,
            invalid: concat!("InvalidParameter.", $name),
            chars: concat!("InvalidParameter.", $name, ".InvalidChars"),
            length: concat!("InvalidParameter.", $name, ".Length"),
            format: concat!("InvalidParameter.", $name, ".Format"),
        };)*
    };
}

parameters! {
    ACCOUNT_ID = "AccountId",
    ACCOUNT_NAME = "AccountName",
    AS = "As",
    ASKED_ACTION = "AskedAction",
    ASKED_RESOURCE = "AskedResource",
    CASCADING_DELETE = "CascadingDelete",
    COMMENTS = "Comments",
    CONDITION = "Condition",
    DESCRIPTION = "Description",
    DISPLAY_NAME = "DisplayName",
    DURATION = "DurationSeconds",
    EMAIL = "Email",
    EXTERNAL_ID = "ExternalId",
    GROUP_NAME = "GroupName",
    MARKER = "Marker",
    MAX_ITEMS = "MaxItems",
    MAX_SESSION = "MaxSessionDuration",
    MOBILE_PHONE = "MobilePhone",
    NEW_COMMENTS = "NewComments",
    NEW_DESCRIPTION = "NewDescription",
    NEW_DISPLAY_NAME = "NewDisplayName",
    NEW_EMAIL = "NewEmail",
    NEW_GROUP_NAME = "NewGroupName",
    NEW_MAX_SESSION = "NewMaxSessionDuration",
    NEW_MOBILE_PHONE = "NewMobilePhone",
    NEW_TRUST = "NewAssumeRolePolicyDocument",
    NEW_USER_NAME = "NewUserName",
    ORIGINAL_PASSWORD = "OriginalPassword",
    PASSWORD = "Password",
    POLICY_DOCUMENT = "PolicyDocument",
    POLICY_NAME = "PolicyName",
    POLICY_TYPE = "PolicyType",
    ROLE_ARN = "RoleArn",
    ROLE_NAME = "RoleName",
    ROTATE_STRATEGY = "RotateStrategy",
    SERVICE_NAME = "ServiceName",
    SESSION_NAME = "RoleSessionName",
    SET_AS_DEFAULT = "SetAsDefault",
    SOURCE_IDENTITY = "SourceIdentity",
    STATUS = "Status",
    TRUST = "AssumeRolePolicyDocument",
    USER_ACCESS_KEY = "UserAccessKeyId",
    USER_NAME = "UserName",
    VERSION_ID = "VersionId",
}
