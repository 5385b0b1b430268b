//! Where a link leads: the organisation's root key and the server's key and addresses, as its status says them.

use std::path::Path;

use conclave_crypto::keys::{OrkPublic, TransportPublic};
use data_encoding::HEXLOWER;
use fast_qr::QRBuilder;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use serde_json::Value;
use zeroize::Zeroizing;

use super::super::client::text;
use crate::exit::{Exit, Failure};
use crate::words::said;

/// Pixels of one module of the picture, and modules of white around it (ISO 18004 asks for four).
const SCALE: usize = 8;
const QUIET: usize = 4;

/// What every link holds of the server.
pub(super) struct Place {
    pub(super) ork: OrkPublic,
    pub(super) server: TransportPublic,
    /// Binary multiaddrs.
    pub(super) addresses: Vec<Vec<u8>>,
    /// What stands in the link for people to read; the addresses inside count.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Place {
    pub(super) fn of(status: &Value) -> Result<Self, Failure> {
        let ork = hex32(text(status, "ork")).and_then(|bytes| OrkPublic::from_bytes(bytes).ok());
        let server =
            hex32(text(status, "server_key")).and_then(|bytes| TransportPublic::from_bytes(bytes).ok());
        let addresses: Vec<Multiaddr> = status
            .get("public")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|address| address.as_str()?.parse().ok())
            .collect();
        let (host, port) = addresses.iter().find_map(host_and_port).ok_or_else(|| {
            Failure::new(Exit::Config, said("no-public-address")).hint(said("no-public-address-hint"))
        })?;
        let (ork, server) =
            ork.zip(server).ok_or_else(|| Failure::new(Exit::Failed, said("answer-senseless")))?;
        let addresses = addresses.iter().map(Multiaddr::to_vec).filter(|bytes| bytes.len() <= 255).collect();
        Ok(Self { ork, server, addresses, host, port })
    }
}

fn host_and_port(address: &Multiaddr) -> Option<(String, u16)> {
    let host = address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(ip.to_string()),
        Protocol::Ip6(ip) => Some(format!("[{ip}]")),
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => Some(name.into_owned()),
        _ => None,
    })?;
    let port = address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    })?;
    Some((host, port))
}

/// A QR code for a terminal.
pub(super) fn terminal(qr: &str) -> Result<Zeroizing<String>, Failure> {
    let code = QRBuilder::new(qr.as_bytes()).build().map_err(|error| unpainted(&error))?;
    Ok(Zeroizing::new(code.to_str()))
}

/// Writes the QR code as a PNG of one bit a pixel.
pub(super) fn picture(qr: &str, out: &Path) -> Result<(), Failure> {
    let code = QRBuilder::new(qr.as_bytes()).build().map_err(|error| unpainted(&error))?;
    let side = (code.size + 2 * QUIET) * SCALE;
    let row_bytes = side.div_ceil(8);
    let mut pixels = vec![0_u8; row_bytes * side];
    for (index, byte) in pixels.iter_mut().enumerate() {
        let (y, x) = (index / row_bytes, index % row_bytes * 8);
        for bit in 0..8 {
            let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|&at| at < code.size);
            let dark = module(y).zip(module(x + bit)).is_some_and(|(row, column)| code[row][column].value());
            *byte = *byte << 1 | u8::from(!dark);
        }
    }
    let side = u32::try_from(side).map_err(|error| unpainted(&error))?;
    let mut bytes = Zeroizing::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut *bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|error| unpainted(&error))?;
    crate::home::write_new(out, &bytes)?;
    Ok(())
}

fn unpainted(error: &dyn std::fmt::Debug) -> Failure {
    Failure::new(Exit::Failed, said("no-qr").with("why", format!("{error:?}")))
}

fn hex32(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}
