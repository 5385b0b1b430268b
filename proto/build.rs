//! Compiles the schema without an installed `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = [
        "schema/common.proto",
        "schema/directory.proto",
        "schema/peer.proto",
        "schema/file.proto",
        "schema/dropbox.proto",
    ];
    for file in files {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::compile(files, ["schema"])?;
    prost_build::Config::new().bytes(["."]).compile_fds(descriptors)?;
    Ok(())
}
