//! An address or a network of addresses, as administrators write it: `192.0.2.17` or `2001:db8::/32`. Pure.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// All addresses that begin with the same bits. One address is the network of all its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    /// With zeros behind the prefix.
    first: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BadNetwork {
    /// Neither an address nor a CIDR.
    #[error("not an IP address or a network such as 192.0.2.0/24")]
    Form,
    /// Bits behind the prefix are set: the writer may have meant another network.
    #[error("the network {0} has bits behind its prefix; {1} is meant?")]
    Bits(Network, Network),
    /// It holds everybody, or every loopback address.
    #[error("this would keep everybody out, or the machine itself")]
    Everybody,
}

impl Network {
    /// Whether the address is in it; an IPv4 address mapped into IPv6 counts as itself.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && cut(address, self.bits) == self.first
    }
}

/// The address with zeros behind the prefix.
fn cut(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let keep = u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0);
            IpAddr::V4((address.to_bits() & keep).into())
        }
        IpAddr::V6(address) => {
            let keep = u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0);
            IpAddr::V6((address.to_bits() & keep).into())
        }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| BadNetwork::Form)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| BadNetwork::Form)?;
        let address = address.to_canonical();
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(BadNetwork::Form);
        }
        let network = Self { first: cut(address, bits), bits };
        if network.first != address {
            return Err(BadNetwork::Bits(Self { first: address, bits }, network));
        }
        if bits == 0 || network.first.is_loopback() || network.first.is_unspecified() {
            return Err(BadNetwork::Everybody);
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.bits) {
            (IpAddr::V4(_), 32) | (IpAddr::V6(_), 128) => write!(f, "{}", self.first),
            (first, bits) => write!(f, "{first}/{bits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        let office: Network = "192.0.2.16/28".parse().unwrap();
        for (address, inside) in
            [("192.0.2.16", true), ("192.0.2.31", true), ("192.0.2.32", false), ("::ffff:192.0.2.17", true)]
        {
            assert_eq!(office.has(address.parse().unwrap()), inside, "{address}");
        }
        let one: Network = "2001:db8::7".parse().unwrap();
        assert!(one.has("2001:db8::7".parse().unwrap()) && !one.has("2001:db8::8".parse().unwrap()));
        assert!(!office.has("2001:db8::7".parse().unwrap()));
        assert_eq!((office.to_string(), one.to_string()), ("192.0.2.16/28".into(), "2001:db8::7".into()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "x", "192.0.2", "192.0.2.1/33", "192.0.2.1/-1", "::/129", "192.0.2.1/24", "0.0.0.0/0"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        for text in ["127.0.0.1", "127.0.0.0/8", "::1", "::/0", "0.0.0.0"] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork::Everybody), "{text}");
        }
    }
}
