//! Users by name or number.

use std::fs;

use crate::output::Failure;

/// Where names of users stand.
const USERS: &str = "/etc/passwd";

/// The number of a user that the setting of that name names; of the user that this process runs as where nothing is set.
pub(crate) fn number(user: Option<&str>, setting: &str) -> Result<u32, Failure> {
    let Some(user) = user else {
        return Ok(rustix::process::geteuid().as_raw());
    };
    if let Ok(number) = user.parse() {
        return Ok(number);
    }
    let users = fs::read_to_string(USERS).map_err(|error| Failure::file("read", USERS.as_ref(), &error))?;
    find(&users, user).ok_or_else(|| {
        Failure::usage(format!(
            "{setting}: there is no user `{user}` in {USERS}; users from elsewhere are named by number"
        ))
    })
}

/// SOURCE: passwd(5).
fn find(users: &str, name: &str) -> Option<u32> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let number = (fields.next() == Some(name)).then(|| fields.nth(1))??;
        number.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\nclaviger-hsm:x:997:996::/:/x\nclaviger:x:998:996::/:/x\nbad:x\n";
        assert_eq!(find(users, "claviger"), Some(998));
        assert_eq!(find(users, "claviger-hsm"), Some(997));
        assert_eq!(find(users, "bad"), None);
        assert_eq!(find(users, "clav"), None);
    }

    #[test]
    fn numbers_name_users_that_nobody_listed() {
        assert_eq!(number(Some("4711"), "hsm.user").unwrap(), 4711);
        assert_eq!(
            number(None, "hsm.user").unwrap(),
            rustix::process::geteuid().as_raw()
        );
        let unknown = number(Some("no-such-user"), "hsm.user").unwrap_err();
        assert_eq!(unknown.exit_code(), 2);
        assert!(unknown.to_string().starts_with("hsm.user: "), "{unknown}");
    }
}
