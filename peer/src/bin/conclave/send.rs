//! `conclave send`: one message, and its way to the other computer while it can be watched.

use std::time::Duration;

use conclave_peer::model::{
    Answer, Call, Event, EventsSubscribe, Failure, Message, MessageSend, MessageState, NotATarget, TargetRef,
};
use conclave_peer::{Attached, Output, Peer};
use conclave_proto::ErrorCode;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::{account, ask, state};

/// The two calls made here, as the ordered stream numbers them.
const SUBSCRIBE: u64 = 1;
const SEND: u64 = 2;

pub(crate) async fn run(
    arguments: &Arguments,
    screen: &Screen,
    to: &str,
    wait: Duration,
) -> Result<(), Exit> {
    let to: TargetRef =
        to.parse().map_err(|_: NotATarget| Failure::new(ErrorCode::ApiParams).with("field", "to"))?;
    let peer = state::open(arguments).await?;
    let done = sent(&peer, screen, to, wait).await;
    peer.shutdown().await;
    done
}

async fn sent(peer: &Peer, screen: &Screen, to: TargetRef, wait: Duration) -> Result<(), Exit> {
    account::sign_in(peer, screen, false).await?;
    let text = ask::open(screen, "ask-text")?.to_string();
    let mut outputs = peer.attach().await?;
    peer.submit(&outputs, SUBSCRIBE, None, Call::EventsSubscribe(EventsSubscribe { after: None })).await?;
    peer.submit(
        &outputs,
        SEND,
        None,
        Call::MessageSend(MessageSend { to, text, id: None, reply_to: None, mentions: Vec::new() }),
    )
    .await?;
    let message = answered(&mut outputs).await?;
    let delivered = tokio::time::timeout(wait, delivered(&mut outputs, &message)).await;
    // Whatever happened meanwhile, the message is durable here: both outcomes are a success.
    let key = if matches!(delivered, Ok(true)) { "send-delivered" } else { "send-waiting" };
    Ok(screen.show(&message, &[screen.word(key)])?)
}

async fn answered(outputs: &mut Attached) -> Result<Message, Failure> {
    while let Some(output) = outputs.next().await {
        match output {
            Output::Answer { call: SEND, result } => {
                return match result? {
                    Answer::Message { message } => Ok(message),
                    _ => Err(Failure::new(ErrorCode::Bug)),
                };
            }
            Output::Answer { result, .. } => drop(result?),
            Output::Notification(_) => {}
        }
    }
    Err(Failure::new(ErrorCode::Bug))
}

async fn delivered(outputs: &mut Attached, message: &Message) -> bool {
    while let Some(output) = outputs.next().await {
        let Output::Notification(notification) = output else { continue };
        if let Event::MessageState { id, state, .. } = notification.event
            && id == message.id
            && matches!(state, MessageState::Delivered | MessageState::Read)
        {
            return true;
        }
    }
    false
}
