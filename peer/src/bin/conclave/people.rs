//! `conclave list`: people, online first, from the signed directory on this computer.

use conclave_peer::model::{Answer, Call, Contact, ContactList, PresenceStatus};

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::{account, state};

pub(crate) async fn list(arguments: &Arguments, screen: &Screen, filter: Option<String>) -> Result<(), Exit> {
    let peer = state::open(arguments).await?;
    let done = async {
        account::unlock(&peer, screen).await?;
        let answer = peer.call(Call::ContactList(ContactList { filter })).await?;
        let lines =
            if let Answer::Contacts { contacts } = &answer { lines(screen, contacts) } else { Vec::new() };
        Ok(screen.show(&answer, &lines)?)
    }
    .await;
    peer.shutdown().await;
    done
}

fn lines(screen: &Screen, contacts: &[Contact]) -> Vec<String> {
    if contacts.is_empty() {
        return vec![screen.word("list-empty")];
    }
    let is_online = |contact: &&Contact| contact.presence != PresenceStatus::Offline;
    let mut lines = Vec::new();
    for (key, online) in [("list-online", true), ("list-offline", false)] {
        let group: Vec<&Contact> = contacts.iter().filter(|contact| is_online(contact) == online).collect();
        if !group.is_empty() {
            lines.push(screen.words(key, &[("n", group.len().to_string())]));
            lines
                .extend(group.iter().map(|contact| format!("  @{}  {}", contact.name, contact.display_name)));
        }
    }
    lines
}
