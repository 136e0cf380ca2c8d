//! What a seal by a TPM opens, and when.

use std::path::Path;

use claviger_crypto::SystemRng;
use claviger_model::Timestamp;
use claviger_provider_soft::{
    DeviceError, OpenError, RootKeys, Sealer, SealerError, SealerKind, SealingDevice,
};
use claviger_seal_tpm::{TpmSealer, TpmSettings};
use tss_esapi::handles::PcrHandle;

use crate::emulator::Emulator;
use crate::listener::Listener;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn sealer(tpm: &Emulator, pcrs: &[u8]) -> Sealer {
    Sealer::device(Box::new(TpmSealer::open(&tpm.settings(pcrs)).unwrap()))
}

/// What the TPM says when it does not open a file.
fn refusal(path: &Path, tpm: &Emulator) -> String {
    let error = RootKeys::open(path, &sealer(tpm, &[])).unwrap_err();
    match error {
        OpenError::Sealer(SealerError::Device(DeviceError::Refused(text))) => text,
        error => unreachable!("{error:?}"),
    }
}

#[test]
fn a_sealed_root_key_opens_on_the_same_tpm_and_on_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let (mut tpm, other) = (Emulator::start(), Emulator::start());
    for pcrs in [&[7, 0][..], &[]] {
        let path = path.with_extension(pcrs.len().to_string());
        RootKeys::create(&path, &sealer(&tpm, pcrs), &SystemRng, NOW).unwrap();
        let report = RootKeys::drill(&path, &sealer(&tpm, &[])).unwrap();
        assert_eq!(report.seal.kind, SealerKind::Device("tpm2"));
        assert_eq!(
            refusal(&path, &other),
            "another TPM sealed it, or this one was cleared since"
        );
    }
    tpm.restart();
    for pcrs in ["2", "0"] {
        RootKeys::open(&path.with_extension(pcrs), &sealer(&tpm, &[])).unwrap();
    }
}

#[test]
fn after_a_pcr_changed_only_the_shares_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let mut tpm = Emulator::start();
    let (recovery, shares) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    RootKeys::create_with(&path, &[&sealer(&tpm, &[7]), &recovery], &SystemRng, NOW).unwrap();
    // A register that the seal is not bound to may change.
    tpm.extend(PcrHandle::Pcr8);
    RootKeys::open(&path, &sealer(&tpm, &[7])).unwrap();

    tpm.extend(PcrHandle::Pcr7);
    assert_eq!(
        refusal(&path, &tpm),
        "the PCRs [7] have other values than when it was sealed"
    );
    let roots = RootKeys::open(&path, &Sealer::recovery(&shares[1..]).unwrap()).unwrap();
    // The old seal is replaced by one for the machine as it is now.
    let old = RootKeys::seals(&path).unwrap().remove(0);
    roots
        .add_seal(&path, &sealer(&tpm, &[7]), &SystemRng, NOW)
        .unwrap();
    roots.remove_seal(&path, &old.id, &SystemRng).unwrap();
    RootKeys::open(&path, &sealer(&tpm, &[7])).unwrap();
    // And the next boot has the old values again, which are the wrong ones now.
    tpm.restart();
    assert!(refusal(&path, &tpm).starts_with("the PCRs [7]"));
}

#[test]
fn rotation_needs_no_tpm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let mut tpm = Emulator::start();
    let roots = RootKeys::create(&path, &sealer(&tpm, &[7]), &SystemRng, NOW).unwrap();
    let device = sealer(&tpm, &[7]);
    tpm.stop();
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    let error = RootKeys::open(&path, &device).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Sealer(SealerError::Device(DeviceError::Unavailable(_)))
        ),
        "{error:?}"
    );
    tpm.restart();
    assert_eq!(
        RootKeys::open(&path, &sealer(&tpm, &[])).unwrap().versions(),
        [1, 2]
    );
}

#[test]
fn what_was_changed_is_refused() {
    let tpm = Emulator::start();
    let device = TpmSealer::open(&tpm.settings(&[7])).unwrap();
    let wrapped = device.wrap(&[9; 32]).unwrap();
    assert_eq!(device.unwrap(&wrapped).unwrap().expose(), [9; 32]);
    for at in [0, 1, 5, 40, wrapped.len() / 2, wrapped.len() - 1] {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        let error = device.unwrap(&changed).unwrap_err();
        assert!(matches!(error, DeviceError::Refused(_)), "byte {at}: {error:?}");
    }
    let nothing = device.unwrap(&[]).unwrap_err();
    assert_eq!(
        nothing.to_string(),
        "the sealing device refused: the sealed object is damaged"
    );
}

/// A chip on a board is reached over a bus that can be listened to.
#[test]
fn who_listens_on_the_way_to_the_tpm_does_not_hear_the_key() {
    let tpm = Emulator::start();
    let listener = Listener::before(tpm.port());
    let key = [0xa5; 32];
    for pcrs in [&[7][..], &[]] {
        let settings = TpmSettings {
            tcti: listener.tcti.clone(),
            ..tpm.settings(pcrs)
        };
        let device = TpmSealer::open(&settings).unwrap();
        let wrapped = device.wrap(&key).unwrap();
        assert_eq!(device.unwrap(&wrapped).unwrap().expose(), key);
    }
    assert!(!listener.heard(&key[..8]));
    // The listener hears: the same key in a command without encryption.
    let tcti = listener.tcti.parse().unwrap();
    let mut context = tss_esapi::Context::new(tcti).unwrap();
    let data = tss_esapi::structures::MaxBuffer::try_from(key.to_vec()).unwrap();
    let hash = tss_esapi::interface_types::algorithm::HashingAlgorithm::Sha256;
    let owner = tss_esapi::interface_types::resource_handles::Hierarchy::Owner;
    context.hash(data, hash, owner).unwrap();
    assert!(listener.heard(&key[..8]));
}

#[test]
fn a_storage_key_that_is_in_the_tpm_may_serve() {
    let tpm = Emulator::start();
    let settings = TpmSettings {
        parent: Some(0x8100_0001),
        ..tpm.settings(&[])
    };
    let error = TpmSealer::open(&settings).unwrap_err();
    assert!(
        error.to_string().contains("cannot use the storage key"),
        "{error}"
    );
    make_persistent(&tpm, 0x8100_0001);
    let device = TpmSealer::open(&settings).unwrap();
    let wrapped = device.wrap(&[9; 32]).unwrap();
    assert_eq!(device.unwrap(&wrapped).unwrap().expose(), [9; 32]);
}

/// Puts a storage key into the TPM, as an administrator does.
fn make_persistent(tpm: &Emulator, handle: u32) {
    use tss_esapi::handles::PersistentTpmHandle;
    use tss_esapi::interface_types::algorithm::HashingAlgorithm;
    use tss_esapi::interface_types::dynamic_handles::Persistent;
    use tss_esapi::interface_types::key_bits::RsaKeyBits;
    use tss_esapi::interface_types::resource_handles::{Hierarchy, Provision};
    use tss_esapi::interface_types::session_handles::AuthSession;
    use tss_esapi::structures::{RsaExponent, SymmetricDefinitionObject};
    use tss_esapi::utils::create_restricted_decryption_rsa_public;

    let template = create_restricted_decryption_rsa_public(
        SymmetricDefinitionObject::AES_128_CFB,
        RsaKeyBits::Rsa2048,
        RsaExponent::default(),
    )
    .unwrap();
    assert_eq!(template.name_hashing_algorithm(), HashingAlgorithm::Sha256);
    let mut context = tpm.context();
    context.set_sessions((Some(AuthSession::Password), None, None));
    let key = context
        .create_primary(Hierarchy::Owner, template, None, None, None, None)
        .unwrap();
    let handle = Persistent::Persistent(PersistentTpmHandle::new(handle).unwrap());
    context
        .evict_control(Provision::Owner, key.key_handle.into(), handle)
        .unwrap();
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let tpm = Emulator::start();
    let good = tpm.settings(&[7]);
    let cases = [
        (
            TpmSettings {
                tcti: "carrier pigeon".to_owned(),
                ..good.clone()
            },
            "the sealing device refused: `carrier pigeon` does not say how to reach a TPM",
        ),
        (
            TpmSettings {
                pcrs: vec![7, 24],
                ..good.clone()
            },
            "the sealing device refused: there is no PCR `24`: they are 0 to 23",
        ),
        (
            TpmSettings {
                parent: Some(7),
                ..good
            },
            "the sealing device refused: `0x00000007` is not the handle of a persistent key",
        ),
    ];
    for (settings, expected) in cases {
        assert_eq!(TpmSealer::open(&settings).unwrap_err().to_string(), expected);
    }
    let nowhere = TpmSettings {
        tcti: "device:/nowhere/tpm".to_owned(),
        ..TpmSettings::default()
    };
    let error = TpmSealer::open(&nowhere).unwrap_err();
    assert!(matches!(error, DeviceError::Unavailable(_)), "{error:?}");
}
