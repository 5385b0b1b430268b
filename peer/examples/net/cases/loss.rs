//! Lost packets.

use std::path::Path;
use std::time::Instant;

use super::{direct_pair, once_in_order, proven};
use crate::rig::{Nat, Over, Rig};
use crate::support::{Result, World, ensure};

/// 5 and 10 % of all packets are lost, each way.
pub(super) fn loss(programs: &Path) -> Result<()> {
    const MESSAGES: usize = 200;
    for over in Over::BOTH {
        for percent in [5, 10] {
            let rig = Rig::up(Nat::Cone, over)?;
            let mut world = World::at(programs, &rig.server())?;
            let (mut ada, mut bob) = direct_pair(&mut world, &rig)?;
            rig.drop_through("nata", &format!("numgen random mod 100 < {percent}"))?;
            let mut times = Vec::new();
            let mut sent = Vec::new();
            for number in 0..MESSAGES {
                let begun = Instant::now();
                let (from, to) = if number % 2 == 0 { (&mut ada, &mut bob) } else { (&mut bob, &mut ada) };
                let id = from.say(to, &format!("{number}"))?;
                to.hears(&id)?;
                times.push(begun.elapsed());
                sent.push(id);
            }
            times.sort();
            let at = |part: usize| times[(times.len() - 1) * part / 100].as_millis();
            ensure!(at(95) <= 2_000, "{over:?}, {percent} % lost: p95 is {} ms", at(95));
            proven(&format!(
                "{over:?}, {percent} % lost each way: {MESSAGES} messages, p50 {} ms, p95 {} ms, longest {} ms",
                at(50),
                at(95),
                at(100)
            ));
            let (evens, odds) = (sent.iter().step_by(2), sent.iter().skip(1).step_by(2));
            once_in_order(&bob, &evens.cloned().collect::<Vec<_>>())?;
            once_in_order(&ada, &odds.cloned().collect::<Vec<_>>())?;
        }
    }
    proven("none lost, none doubled, each way in order");
    Ok(())
}
