//! The file of the socket.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use claviger_managed_hsm::{BindError, Listener};

use crate::rig::{own_folder, own_uid};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_socket_is_its_owners_and_with_another_client_its_groups() {
    let folder = own_folder();
    let path = folder.path().join("hsm.sock");
    drop(Listener::bind(&path, own_uid()).unwrap());
    assert_eq!(mode(&path), 0o600);
    drop(Listener::bind(&path, own_uid() + 1).unwrap());
    assert_eq!(mode(&path), 0o660);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_socket_that_was_left_is_replaced_and_one_in_use_is_not() {
    let folder = own_folder();
    let path = folder.path().join("hsm.sock");
    let first = Listener::bind(&path, own_uid()).unwrap();
    let refused = Listener::bind(&path, own_uid()).unwrap_err();
    assert!(matches!(refused, BindError::InUse { .. }), "{refused}");
    drop(first);
    assert!(fs::metadata(&path).unwrap().file_type().is_socket());
    drop(Listener::bind(&path, own_uid()).unwrap());

    // Of somebody who knows nothing of us.
    fs::remove_file(&path).unwrap();
    let _stranger = UnixListener::bind(&path).unwrap();
    let refused = Listener::bind(&path, own_uid()).unwrap_err();
    assert!(matches!(refused, BindError::InUse { .. }), "{refused}");
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let folder = own_folder();
    let path = folder.path().join("hsm.sock");
    fs::write(&path, "mine").unwrap();
    let refused = Listener::bind(&path, own_uid()).unwrap_err();
    assert!(matches!(refused, BindError::Occupied { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
}

#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    let folder = own_folder();
    for mode in [0o770, 0o707] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        let refused = Listener::bind(&folder.path().join("hsm.sock"), own_uid()).unwrap_err();
        assert!(matches!(refused, BindError::Shared { .. }), "{refused}");
    }
    let refused = Listener::bind(&folder.path().join("none/hsm.sock"), own_uid()).unwrap_err();
    assert!(matches!(refused, BindError::Folder { .. }), "{refused}");
}
