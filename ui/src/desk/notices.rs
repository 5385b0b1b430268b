//! Notifications as the desktop shows them (Desktop Notifications Specification 1.2).

use std::collections::{BTreeMap, HashMap};

use conclave_peer::model::UserId;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use zbus::zvariant::Value;

use crate::command::Update;
use crate::order::Order;
use crate::state::notices::Notice;

/// The act of a click on the notice itself.
const OPEN: &str = "default";
/// The act of the button that leads to where is written: the conversation opens there, as by a click.
const REPLY: &str = "reply";
/// The act of the button that marks as read.
const READ: &str = "read";

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Desktop {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[expect(clippy::too_many_arguments, reason = "the specification's own")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

pub(super) struct Notices {
    desktop: DesktopProxy<'static>,
    /// Whether the desktop reads a body as markup.
    markup: bool,
    /// Whether the desktop has buttons and tells of clicks.
    acts: bool,
    /// The notice of each conversation; one at most for each person.
    shown: BTreeMap<UserId, u32>,
}

impl Notices {
    pub(super) async fn start(bus: &zbus::Connection) -> zbus::Result<Self> {
        let desktop = DesktopProxy::new(bus).await?;
        let able = desktop.get_capabilities().await?;
        let has = |wanted: &str| able.iter().any(|ability| ability == wanted);
        let (markup, acts) = (has("body-markup"), has("actions"));
        Ok(Self { desktop, markup, acts, shown: BTreeMap::new() })
    }

    pub(super) async fn serve(mut self, mut orders: mpsc::Receiver<Order>, updates: mpsc::Sender<Update>) {
        let Ok(mut acts) = self.desktop.receive_action_invoked().await else { return };
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return self.clear().await,
                },
                Some(act) = acts.next() => {
                    let Ok(act) = act.args() else { continue };
                    let user = self.shown.iter().find(|(_, id)| **id == act.id).map(|(user, _)| *user);
                    let Some(user) = user else { continue };
                    let update = match act.action_key.as_str() {
                        READ => Update::ReadThere(user),
                        _ => Update::OpenThere(user),
                    };
                    let _gone = updates.send(update).await;
                }
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Show(notice) => self.show(notice).await,
            Order::Withdraw(user) => {
                if let Some(id) = self.shown.remove(&user) {
                    // It may be gone already.
                    let _gone = self.desktop.close_notification(id).await;
                }
            }
            Order::Clear => self.clear().await,
            // Another one's.
            Order::Tray(_) => {}
        }
    }

    async fn show(&mut self, notice: Notice) {
        let before = self.shown.get(&notice.user).copied().unwrap_or_default();
        let body = if self.markup { escaped(&notice.body) } else { notice.body.clone() };
        let acts = if self.acts { acts(&notice) } else { Vec::new() };
        let hints = HashMap::from([
            ("category", Value::from("im.received")),
            ("desktop-entry", Value::from("conclave-desktop")),
        ]);
        let shown = self.desktop.notify("Conclave", before, "", &notice.title, &body, &acts, hints, -1).await;
        if let Ok(id) = shown {
            self.shown.insert(notice.user, id);
        }
    }

    async fn clear(&mut self) {
        for id in std::mem::take(&mut self.shown).into_values() {
            let _gone = self.desktop.close_notification(id).await;
        }
    }
}

/// Key and words of each act, as the specification lists them.
fn acts(notice: &Notice) -> Vec<&str> {
    let buttons = [(REPLY, &notice.reply), (READ, &notice.read)];
    let buttons = buttons.into_iter().filter_map(|(key, words)| Some([key, words.as_deref()?]));
    [[OPEN, ""]].into_iter().chain(buttons).flatten().collect()
}

/// The specification's markup has three signs of its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_peer_is_markup() {
        assert_eq!(escaped("<a href='x'>&amp;"), "&lt;a href='x'&gt;&amp;amp;");
    }

    #[test]
    fn a_notice_has_the_acts_that_it_has_words_for() {
        let mut notice = Notice {
            user: UserId::new([1; 16]),
            title: String::new(),
            body: String::new(),
            reply: Some("Reply".to_owned()),
            read: Some("Mark as read".to_owned()),
        };
        assert_eq!(acts(&notice), [OPEN, "", REPLY, "Reply", READ, "Mark as read"]);
        (notice.reply, notice.read) = (None, None);
        assert_eq!(acts(&notice), [OPEN, ""]);
    }
}
