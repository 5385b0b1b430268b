//! What must not compile: a message key used twice, an output before its commit, unverified material in a handshake.

#[test]
fn misuse_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
