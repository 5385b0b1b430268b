//! The tree against the vectors of RFC 6962's reference implementation, and against its recursive definition.

use conclave_crypto::directory::{Merkle, leaf_hash};
use conclave_crypto::primitives::sha256;
use data_encoding::HEXLOWER;
use proptest::prelude::*;

/// Inputs and roots published with the certificate-transparency reference implementation.
const PUBLISHED: [(&str, &str); 8] = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];

/// RFC 6962 §2.1, word for word.
fn mth(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => sha256(&[]),
        [leaf] => leaf_hash(leaf),
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            sha256(&[&[1], &mth(&leaves[..k]), &mth(&leaves[k..])])
        }
    }
}

#[test]
fn published_roots_hold() {
    let mut tree = Merkle::new();
    assert_eq!(
        HEXLOWER.encode(&tree.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (leaf, root) in PUBLISHED {
        tree.append(&HEXLOWER.decode(leaf.as_bytes()).unwrap());
        assert_eq!(HEXLOWER.encode(&tree.root()), root);
    }
}

proptest! {
    #[test]
    fn every_prefix_has_the_recursive_root(
        leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..4), 0..70),
        cut in 0_usize..70,
    ) {
        let mut tree = Merkle::new();
        for leaf in &leaves {
            tree.append(leaf);
        }
        for size in 0..=leaves.len() {
            prop_assert_eq!(tree.root_at(size), Some(mth(&leaves[..size])));
        }
        prop_assert_eq!(tree.root_at(leaves.len() + 1), None);
        let cut = cut.min(leaves.len());
        let mut again = Merkle::new();
        leaves[..cut].iter().for_each(|leaf| again.append(leaf));
        tree.truncate(cut);
        prop_assert_eq!(tree, again);
    }
}
