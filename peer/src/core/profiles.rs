//! Profiles (DESIGN §4): they belong to their person, travel over the session when asked for or changed, and are kept
//! with the date they came. Nobody else's word about a profile counts.

use conclave_crypto::encoding::Reader;
use conclave_crypto::file::FileRef;
use conclave_crypto::keys::UserId;
use conclave_crypto::plain::{Body, Kind, Profile as WireProfile};
use conclave_proto::ErrorCode;

use super::effect::{Effect, Job, JobId};
use super::gate::Step;
use super::input::CallId;
use super::records::name;
use super::{Core, Pending};
use crate::model::{Answer, Event, Failure, FileId, Profile, ProfileSet};
use crate::record::{Read, Tree};

/// Bytes of the short fields (PROTOCOL §2.5, PROFILE: `bytes8`).
const SHORT: usize = 255;
/// Characters of the description (LIBRARY §3).
const DESCRIPTION: usize = 2000;
/// A picture that is read in, bytes; what travels is re-encoded and small.
const PICTURE_SOURCE: u64 = 20 << 20;
/// A picture of somebody that is fetched, bytes.
const PICTURE: u64 = 2 << 20;

fn empty() -> WireProfile {
    WireProfile {
        profile_ver: 0,
        updated: 0,
        full_name: String::new(),
        position: String::new(),
        description: String::new(),
        location: String::new(),
        avatar: None,
    }
}

fn decode(bytes: &[u8]) -> WireProfile {
    match Body::decode(Kind::PROFILE, bytes) {
        Ok(Body::Profile(profile)) => profile,
        _ => empty(),
    }
}

fn shown(profile: &WireProfile) -> Profile {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Profile {
        version: profile.profile_ver,
        updated: profile.updated,
        full_name: some(&profile.full_name),
        position: some(&profile.position),
        description: some(&profile.description),
        location: some(&profile.location),
        picture: profile.avatar.as_ref().map(|avatar| FileId(*avatar.content_id()).to_string()),
    }
}

/// The picture that a kept profile names.
pub(super) fn picture(profile: &[u8]) -> Option<FileId> {
    decode(profile).avatar.map(|avatar| FileId(*avatar.content_id()))
}

impl<R: Read> Core<R> {
    /// My own profile, encoded as a PROFILE body.
    pub(super) fn open_own_profile(records: &R) -> Result<Vec<u8>, Failure> {
        Ok(records.get(Tree::Settings, &name(b'M', &[]))?.map(|bytes| bytes.to_vec()).unwrap_or_default())
    }

    /// My full name, or the user name.
    pub(super) fn my_display_name(&self) -> String {
        let mine = decode(&self.own_profile);
        if mine.full_name.is_empty() { self.setup.name.clone() } else { mine.full_name }
    }

    /// `profile.get`.
    pub(super) fn profile_get(&self, user: &UserId) -> Answer {
        if *user == self.setup.user {
            let mine = decode(&self.own_profile);
            return Answer::Profile {
                cached_at: (mine.updated != 0).then_some(mine.updated),
                profile: shown(&mine),
            };
        }
        let person = self.person(user);
        Answer::Profile {
            profile: shown(&decode(&person.profile)),
            cached_at: (person.profile_at != 0).then_some(person.profile_at),
        }
    }

    /// `profile.request`: the fresh one comes as an event.
    pub(super) fn profile_request(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<Answer, Failure> {
        let linked = self.link_to(user).is_some();
        self.peers.entry(*user).or_default().wants_profile = true;
        self.exchange_profiles(step, user)?;
        if linked && !self.has_session(step, user)? {
            self.want_session(step, user, None)?;
        }
        Ok(Answer::Requested { requested: linked })
    }

    /// `profile.set`; with a picture the answer comes when it is imported.
    pub(super) fn profile_set(
        &mut self,
        step: &mut Step<'_>,
        id: CallId,
        call: ProfileSet,
    ) -> Result<Option<Answer>, Failure> {
        let too_long = |field: &str| Failure::new(ErrorCode::ApiParams).with("field", field);
        for (field, text) in
            [("fullName", &call.full_name), ("position", &call.position), ("location", &call.location)]
        {
            if text.as_ref().is_some_and(|text| text.len() > SHORT) {
                return Err(too_long(field));
            }
        }
        if call.description.as_ref().is_some_and(|text| text.chars().count() > DESCRIPTION) {
            return Err(too_long("description"));
        }
        if let Some(path) = call.picture_path.clone() {
            let job = JobId(self.pend(Pending::Picture {
                call: id,
                cause: step.cause.clone(),
                fields: Box::new(call),
            }));
            let what = Job::Import { path, name: None, limit: PICTURE_SOURCE, picture: true };
            step.soon(Effect::Job { job, what });
            return Ok(None);
        }
        self.change_profile(step, call, None).map(Some)
    }

    /// Changes my profile and tells those who are linked.
    pub(super) fn change_profile(
        &mut self,
        step: &mut Step<'_>,
        call: ProfileSet,
        picture: Option<FileRef>,
    ) -> Result<Answer, Failure> {
        let mut mine = decode(&self.own_profile);
        let set = |field: &mut String, text: Option<String>| {
            if let Some(text) = text {
                *field = text;
            }
        };
        set(&mut mine.full_name, call.full_name);
        set(&mut mine.position, call.position);
        set(&mut mine.description, call.description);
        set(&mut mine.location, call.location);
        if call.picture_remove == Some(true) {
            mine.avatar = None;
        }
        if let Some(picture) = picture {
            self.keep_own_picture(step, &picture)?;
            mine.avatar = Some(picture);
        }
        mine.profile_ver = mine.profile_ver.saturating_add(1);
        mine.updated = step.now;
        let profile = shown(&mine);
        self.own_profile = Body::Profile(mine).encode();
        step.put(Tree::Settings, name(b'M', &[]), self.own_profile.clone().into());
        let linked: Vec<UserId> =
            self.peers.keys().copied().filter(|user| self.link_to(user).is_some()).collect();
        for user in linked {
            self.peers.entry(user).or_default().owes_profile = true;
            self.exchange_profiles(step, &user)?;
        }
        Ok(Answer::OwnProfile { profile })
    }

    /// Sends and asks for profiles with a person, as far as there is a link and a session. The lower of two who know
    /// nothing of each other starts the session, so that they rarely both do.
    pub(super) fn exchange_profiles(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get(user) else { return Ok(()) };
        let (wants, owes) = (peer.wants_profile, peer.owes_profile);
        if (!wants && !owes) || self.link_to(user).is_none() || self.stopped(user).is_some() {
            return Ok(());
        }
        if !self.has_session(step, user)? {
            let stranger = self.person(user).profile_at == 0 && self.setup.user < *user;
            return if wants && stranger { self.want_session(step, user, None) } else { Ok(()) };
        }
        if owes && self.send_control(step, user, &Body::Profile(decode(&self.own_profile)))? {
            self.peers.entry(*user).or_default().owes_profile = false;
        }
        let have = decode(&self.person(user).profile).profile_ver;
        if wants && self.send_control(step, user, &Body::ProfileRequest(have))? {
            self.peers.entry(*user).or_default().wants_profile = false;
        }
        Ok(())
    }

    /// PROFILE_REQ: answered when there is something newer.
    pub(super) fn on_profile_request(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        have: u32,
    ) -> Result<(), Failure> {
        if decode(&self.own_profile).profile_ver > have {
            self.peers.entry(*user).or_default().owes_profile = true;
            self.exchange_profiles(step, user)?;
        }
        Ok(())
    }

    /// PROFILE: the sender's own card.
    pub(super) fn on_profile(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        profile: WireProfile,
    ) -> Result<(), Failure> {
        let mut person = self.person(user);
        let before = decode(&person.profile);
        if profile.profile_ver < before.profile_ver || profile.description.chars().count() > DESCRIPTION {
            return Ok(());
        }
        let picture = profile
            .avatar
            .as_ref()
            .filter(|avatar| avatar.plaintext_len() <= PICTURE)
            .map(FileRef::duplicate);
        let name_before = self.display_name(user);
        let shown = shown(&profile);
        person.profile = Body::Profile(profile).encode();
        person.profile_at = step.now;
        self.save_person(step, user, person);
        if let Some(picture) = picture {
            self.on_picture(step, user, &picture)?;
        }
        self.event(step, Event::ProfileChanged { user: *user, profile: shown });
        if self.display_name(user) != name_before {
            self.contact_changed(step, user, "name");
        }
        Ok(())
    }

    /// The picture of a person is here now.
    pub(super) fn picture_here(&mut self, step: &mut Step<'_>, user: &UserId) {
        let profile = shown(&decode(&self.person(user).profile));
        self.event(step, Event::ProfileChanged { user: *user, profile });
    }
}

/// A `FileRef` as the driver gives and takes it.
pub(super) fn file_ref(bytes: &[u8]) -> Option<FileRef> {
    Reader::all(bytes, FileRef::decode).ok()
}
