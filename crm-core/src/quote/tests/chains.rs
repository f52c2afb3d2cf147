use proptest::prelude::*;

use super::*;
use crate::engine::Outcome;
use crate::quote::quote_hash;
use crate::value::Error;

fn delete(session: &Session, id: Id) -> Result<Outcome> {
    let expected_version = session.quotes().quote(id)?.version;
    session.execute(Command::Record(RecordCommand::Delete { entity: "quote".into(), id, expected_version }))
}

fn restore(session: &Session, id: Id) -> Result<Outcome> {
    session.execute(Command::Record(RecordCommand::Restore { entity: "quote".into(), id }))
}

fn undo(session: &Session, operation: Id) -> Result<Outcome> {
    session.execute(Command::Journal(JournalCommand::Undo { operation }))
}

fn revise(session: &Session, id: Id) -> Result<Outcome> {
    let expected_version = session.quotes().quote(id)?.version;
    session.execute(Command::Quote(QuoteCommand::ReviseQuote { quote: id, expected_version }))
}

/// The numbers of the revisions that stand, each with a star if it is the current one.
fn chain(session: &Session, id: Id) -> String {
    let told = session.quotes().revisions(id).unwrap().into_iter().map(|one| {
        let star = if one.is_current { "*" } else { "" };
        format!("R{}{star}", one.revision.unwrap())
    });
    told.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_chain_has_one_current_revision_through_delete_restore_and_undo() {
    for (_folder, admin) in sessions() {
        let first = sent(&admin, vec![line("1", "1", "0")]);
        assert_eq!((first.chain.clone(), first.is_current), (Some(first.id.to_string()), true));
        let revised = revise(&admin, first.id).unwrap();
        let second = admin.quotes().quote(revised.created("quote")).unwrap();
        assert_eq!(second.chain, first.chain);
        assert_eq!(chain(&admin, second.id), "R1 R2*");
        admin.quotes().send(second.id, second.version).unwrap();
        let third = revise(&admin, second.id).unwrap().created("quote");
        assert_eq!(chain(&admin, first.id), "R1 R2 R3*");
        let deletion = delete(&admin, third).unwrap();
        assert_eq!(chain(&admin, first.id), "R1 R2*");
        undo(&admin, deletion.op_id).unwrap();
        assert_eq!(chain(&admin, first.id), "R1 R2 R3*");
        delete(&admin, third).unwrap();
        let restored = restore(&admin, third).unwrap();
        assert_eq!(chain(&admin, first.id), "R1 R2 R3*");
        undo(&admin, restored.op_id).unwrap();
        assert_eq!(chain(&admin, first.id), "R1 R2*");
        delete(&admin, second.id).unwrap();
        assert_eq!(chain(&admin, first.id), "R1*");
        assert_eq!(restore(&admin, third).unwrap_err().code(), ErrorCode::UnknownReference, "its place is gone");
        restore(&admin, second.id).unwrap();
        restore(&admin, third).unwrap();
        assert_eq!(chain(&admin, third), "R1 R2 R3*");
        let other = sent(&admin, vec![line("1", "1", "0")]);
        assert_eq!(chain(&admin, other.id), "R1*", "another quote is a chain of its own");
    }
}

#[test]
fn the_hash_tells_that_what_was_sent_is_what_stands() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let draft =
            Quote { valid_until: Some(date("2026-12-31")), ..quote(vec![line_of(valve), line("3", "9.9", "5")]) };
        let draft = admin.quotes().create_quote(&draft).unwrap();
        assert_eq!(draft.content_hash, None, "nobody got a draft");
        let sent = admin.quotes().send(draft.id, draft.version).unwrap();
        assert_eq!(sent.content_hash, Some(quote_hash(&sent).unwrap()));
        let later = admin.quotes().revise(sent.id, sent.version).unwrap();
        assert_eq!(later.content_hash, None);
        let first = admin.quotes().quote(sent.id).unwrap();
        assert_eq!(
            (&first.content_hash, quote_hash(&first).unwrap()),
            (&sent.content_hash, quote_hash(&sent).unwrap())
        );
        let resent = admin.quotes().send(later.id, later.version).unwrap();
        assert_ne!(resent.content_hash, sent.content_hash, "another revision is another document");
        // What a customer does not read changes no hash; what he reads does.
        let owner = Quote { owner: None, account: Some(valve), custom: HashMap::new(), ..sent.clone() };
        assert_eq!(quote_hash(&owner).unwrap(), quote_hash(&sent).unwrap());
        type Spoil = fn(&mut Quote);
        let spoilers: [Spoil; 8] = [
            |quote| quote.name.push('x'),
            |quote| quote.valid_until = None,
            |quote| quote.prices_include_tax = true,
            |quote| quote.lines[0].quantity = decimal("2"),
            |quote| quote.lines[1].description = Some("y".into()),
            |quote| quote.lines[1].discount_percent = Some(decimal("6")),
            |quote| quote.total = Some(decimal("1")),
            |quote| quote.lines.truncate(1),
        ];
        for (place, spoil) in spoilers.iter().enumerate() {
            let mut spoilt = sent.clone();
            spoil(&mut spoilt);
            assert_ne!(quote_hash(&spoilt).unwrap(), quote_hash(&sent).unwrap(), "{place}");
        }
    }
}

#[test]
fn a_product_that_is_merged_leaves_the_hash_of_a_quote_that_names_it() {
    use crate::merging::MergeRequest;
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let twin = product(&admin, "V-2", "piece");
        let one = QuoteLine { unit_price: Some(decimal("7")), ..line_of(twin) };
        let before = sent(&admin, vec![one]);
        let (entity, losers) = ("product".into(), vec![twin]);
        admin.merges().merge(&MergeRequest { entity, survivor: valve, losers, ..MergeRequest::default() }).unwrap();
        let after = admin.quotes().quote(before.id).unwrap();
        assert_eq!(after.lines[0].product, Some(valve), "the line followed");
        assert_eq!(after.content_hash, before.content_hash);
        assert_eq!(after.content_hash, Some(quote_hash(&after).unwrap()));
        assert_eq!(chain(&admin, after.id), "R1*");
    }
}

#[derive(Debug, Clone)]
enum Act {
    Create,
    Send(usize),
    Revise(usize),
    Reject(usize),
    Rename(usize),
    Delete(usize),
    Restore(usize),
    Undo(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let place = || 0_usize..1000;
    let one = prop_oneof![
        1 => Just(Act::Create),
        4 => place().prop_map(Act::Send),
        4 => place().prop_map(Act::Revise),
        1 => place().prop_map(Act::Reject),
        1 => place().prop_map(Act::Rename),
        3 => place().prop_map(Act::Delete),
        3 => place().prop_map(Act::Restore),
        3 => place().prop_map(Act::Undo),
    ];
    prop::collection::vec(one, 1..40)
}

/// Carries out what is asked, if it is allowed; gives the operation.
fn act(session: &Session, ids: &mut Vec<Id>, done: &[Id], act: &Act) -> Result<Outcome> {
    let at = |ids: &[Id], place: usize| ids.get(place % ids.len().max(1)).copied().unwrap_or_default();
    let read = |place| session.quotes().quote(at(ids, place));
    let outcome = match act {
        Act::Create => {
            session.execute(Command::Quote(QuoteCommand::CreateQuote { quote: quote(vec![line("1", "1", "0")]) }))
        }
        Act::Send(place) => read(*place).and_then(|found| {
            let command = QuoteCommand::SendQuote { quote: found.id, expected_version: found.version };
            session.execute(Command::Quote(command))
        }),
        Act::Revise(place) => revise(session, at(ids, *place)),
        Act::Reject(place) => read(*place).and_then(|found| {
            session.quotes().reject(found.id, found.version, "price")?;
            Err(Error::not_found("operation"))
        }),
        Act::Rename(place) => read(*place).and_then(|found| {
            session.quotes().update_quote(&Quote { name: format!("{}x", found.name), ..found })?;
            Err(Error::not_found("operation"))
        }),
        Act::Delete(place) => delete(session, at(ids, *place)),
        Act::Restore(place) => restore(session, at(ids, *place)),
        Act::Undo(place) => undo(session, at(done, *place)),
    }?;
    let made = outcome.created("quote");
    if !made.is_nil() {
        ids.push(made);
    }
    Ok(outcome)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whatever is done: of each chain of which something stands exactly one is current, and it is the last; what was
    /// sent has the hash of what it says, and the same one as long as it is sent.
    #[test]
    fn one_revision_is_current_and_what_was_sent_keeps_its_hash(acts in acts()) {
        let (_folder, admin) = sessions().into_iter().next().unwrap();
        let (mut ids, mut done) = (Vec::new(), Vec::new());
        let mut hashes: HashMap<Id, String> = HashMap::new();
        for one in &acts {
            if let Ok(outcome) = act(&admin, &mut ids, &done, one) {
                done.push(outcome.op_id);
            }
            let standing = admin.list_all::<Quote>(&Query::default()).unwrap();
            let mut chains: HashMap<String, Vec<&Quote>> = HashMap::new();
            for quote in &standing {
                chains.entry(quote.chain.clone().unwrap()).or_default().push(quote);
                let is_draft = quote.status == Some(QuoteStatus::Draft);
                prop_assert_eq!(is_draft, quote.content_hash.is_none());
                if let Some(hash) = &quote.content_hash {
                    prop_assert_eq!(hash, &quote_hash(quote).unwrap());
                    prop_assert_eq!(hashes.entry(quote.id).or_insert_with(|| hash.clone()), hash);
                } else {
                    // The sending was taken back: who got it is told nothing of it.
                    hashes.remove(&quote.id);
                }
            }
            for quotes in chains.values() {
                let current: Vec<_> = quotes.iter().filter(|quote| quote.is_current).collect();
                prop_assert_eq!(current.len(), 1, "{:?}", one);
                let last = quotes.iter().map(|quote| quote.revision).max().unwrap();
                prop_assert_eq!(current[0].revision, last);
            }
        }
    }
}
