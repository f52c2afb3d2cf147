//! The values and entities of the room.

use super::lists::{
    CHANNEL_ENTRIES, IDENTIFIER_ENTRIES, join_channels, join_identifiers, mask_channels, mask_identifiers,
    unite_identifiers,
};
use crate::room::{ExternalId, external_ids};
use crate::schema::{MergePolicy, NestedReferences, enum_field};
use crate::value::{Currency, Date, Decimal, Id, IdentifierKind, Timestamp, json};

value_enum! {
    /// What a company is to the manufacturer.
    pub enum AccountKind {
        /// Buys for its own use (终端客户).
        Customer = "customer",
        /// Buys and sells again (经销商, 代理商).
        Dealer = "dealer",
        /// Plans projects and specifies products (设计院).
        DesignInstitute = "design_institute",
        /// Builds projects (总包, 施工单位).
        Contractor = "contractor",
        /// Supplies the manufacturer (供应商).
        Supplier = "supplier",
        /// Sells the same (竞争对手).
        Competitor = "competitor",
        /// Anything else.
        Other = "other",
    }
}

value_enum! {
    /// How far the business with a company has come (客户生命周期).
    pub enum LifeCycle {
        /// Has not ordered yet (潜在客户).
        Prospect = "prospect",
        /// Has ordered once (首单客户).
        FirstOrder = "first_order",
        /// Orders again and again (老客户).
        Repeat = "repeat",
        /// Is looked after by name (大客户, 重点客户).
        Key = "key",
        /// Has not ordered for long (休眠客户).
        Dormant = "dormant",
        /// Buys elsewhere (流失客户).
        Lost = "lost",
    }
}

value_enum! {
    /// The way on which somebody is reached.
    #[derive(Default)]
    pub enum ChannelKind {
        /// A telephone at a desk.
        Phone = "phone",
        /// A mobile telephone.
        Mobile = "mobile",
        /// A fax machine.
        Fax = "fax",
        /// An e-mail address.
        Email = "email",
        /// A postal address.
        Address = "address",
        /// A website.
        Website = "website",
        /// A WeChat account (微信).
        Wechat = "wechat",
        /// Anything else.
        #[default]
        Other = "other",
    }
}

value_struct! {
    /// A way to reach a company or a person (联系方式), with what the other side allowed.
    #[derive(Default)]
    pub struct Channel {
        required {
            /// The way.
            pub kind: ChannelKind,
            /// The number, the e-mail address, the postal address in one text. For a postal address it may be left
            /// empty if its parts are given.
            pub value: String,
        }
        optional {
            /// What people call it, for example `purchasing`.
            pub label: Option<String>,
            /// The first choice among the channels of its kind; at most one of each kind.
            pub preferred: bool,
            /// The other side does not want to be reached on it (退订).
            pub opt_out: bool,
            /// It was tried and does not work.
            pub invalid: bool,
            /// Of a postal address: street and house number.
            pub street: Option<String>,
            /// Of a postal address: city.
            pub city: Option<String>,
            /// Of a postal address: province, state or region.
            pub region: Option<String>,
            /// Of a postal address: postcode.
            pub postcode: Option<String>,
            /// Of a postal address: country.
            pub country: Option<String>,
        }
    }
}

value_struct! {
    /// An identifier that somebody gave to a company; its check digits were tested.
    pub struct Identifier {
        required {
            /// Who gave it, and so what form it has.
            pub kind: IdentifierKind,
            /// The identifier; kept in its one written form.
            pub value: String,
        }
        optional {
            /// Who gave it, where the kind does not say: the name of the ERP system, the registrar.
            pub issuer: Option<String>,
        }
    }
}

entity! {
    /// A company with which the manufacturer deals (客户).
    pub struct Account("account", AccountPage, Private) {
        required {
            /// The full name.
            pub name: String => text(300).searchable().indexed(),
        }
        optional {
            /// The customer code (客户编码); issued as `C-000123` if none is given. It can be set once only.
            pub code: Option<String> => text(40).unique().once().searchable(),
            /// What people call it.
            pub short_name: Option<String> => text(100).searchable().indexed(),
            /// What it is to the manufacturer.
            pub kind: Option<AccountKind> => picklist(AccountKind::NAMES).indexed(),
            /// The industry in which it works.
            pub industry: Option<String> => text(200).indexed(),
            /// The grade (客户等级), for example `A`.
            pub grade: Option<String> => text(20).indexed(),
            /// How far the business has come; a new account is a prospect if nothing is said.
            pub life_cycle: Option<LifeCycle> => picklist(LifeCycle::NAMES).indexed(),
            /// The ways to reach it.
            pub channels: Vec<Channel> => nested().joined_by(join_channels).found_by(CHANNEL_ENTRIES).masked_by(mask_channels),
            /// The identifiers that others gave to it.
            pub identifiers: Vec<Identifier> => nested().joined_by(join_identifiers).united_by(unite_identifiers).found_by(IDENTIFIER_ENTRIES).masked_by(mask_identifiers),
            /// The country: a code of ISO 3166 or a name, as the host's lists have it.
            pub country: Option<String> => text(60).indexed(),
            /// Province, state or region.
            pub region: Option<String> => text(100).indexed(),
            /// City.
            pub city: Option<String> => text(100).indexed(),
            /// Revenue of a year, in `revenue_currency`.
            pub annual_revenue: Option<Decimal> =>
                decimal(4).indexed().confidential().in_currency("revenue_currency"),
            /// The currency of the revenue; that of the books if a revenue is given without one. Seen with the revenue only.
            pub revenue_currency: Option<Currency> => currency().with_rights_of("annual_revenue"),
            /// How many people work there.
            pub employees: Option<i64> => integer().between(0, 100_000_000),
            /// The year of its foundation.
            pub founded_year: Option<i64> => integer().between(500, 9999),
            /// A profile in free words (公司简介).
            pub description: Option<String> => text(20_000),
            /// Its identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

entity! {
    /// A person (联系人), as a rule at an account.
    pub struct Contact("contact", ContactPage, Private) {
        required {
            /// The whole name; made from family and given name if it is empty.
            pub full_name: String => text(200).searchable().indexed().personal(),
        }
        optional {
            /// The company.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The family name (姓).
            pub family_name: Option<String> => text(100).personal(),
            /// The given name (名).
            pub given_name: Option<String> => text(100).personal(),
            /// The position (职务).
            pub job_title: Option<String> => text(200).searchable(),
            /// The department (部门).
            pub department: Option<String> => text(200),
            /// The language in which to write, for example `zh` or `de-AT`.
            pub language: Option<String> => text(35),
            /// The ways to reach the person.
            pub channels: Vec<Channel> => nested().personal().joined_by(join_channels).found_by(CHANNEL_ENTRIES).masked_by(mask_channels),
            /// The birthday.
            pub birthday: Option<Date> => date().personal(),
            /// The person does not want to be reached at all.
            pub do_not_contact: bool => boolean(),
            /// Notes.
            pub description: Option<String> => text(20_000),
            /// The identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

value_enum! {
    /// Which order of companies is meant; each has its own parents (客户层次).
    #[derive(Default)]
    pub enum HierarchyKind {
        /// Who owns whom (集团股权).
        #[default]
        Legal = "legal",
        /// Who pays for whom (结算).
        Billing = "billing",
        /// Who plans and builds with whom (项目, 设计院).
        Project = "project",
        /// Who sells for whom (渠道).
        Channel = "channel",
    }
}

entity! {
    /// A company stands below another in one hierarchy for a span of dates.
    ///
    /// The link belongs to whoever owns the account below: it is seen and changed with it.
    pub struct AccountLink("account_link", AccountLinkPage, Private) {
        required {
            /// The account below.
            pub child: Id => reference("account", MergePolicy::Join).indexed(),
            /// The account above.
            pub parent: Id => reference("account", MergePolicy::Repoint).indexed(),
            /// The hierarchy.
            pub hierarchy: HierarchyKind => picklist(HierarchyKind::NAMES),
        }
        optional {
            /// The first date on which it holds; the date of its making if nothing is said.
            pub valid_from: Option<Date> => date().required(),
            /// The first date on which it no longer holds; nothing if no end is known. A link that ends on the date of
            /// its beginning never held.
            pub valid_until: Option<Date> => date(),
            /// A note.
            pub note: Option<String> => text(1_000),
        }
    }
}

value_enum! {
    /// What was done.
    #[derive(Default)]
    pub enum ActivityKind {
        /// A telephone call.
        Call = "call",
        /// A visit (拜访).
        Visit = "visit",
        /// A meeting.
        Meeting = "meeting",
        /// An e-mail.
        Email = "email",
        /// A note.
        #[default]
        Note = "note",
        /// A demonstration or trial run.
        Demo = "demo",
        /// Anything else.
        Other = "other",
    }
}

value_enum! {
    /// The entities to which an activity or an attachment can belong.
    pub enum SubjectEntity {
        /// An account.
        Account = "account",
        /// A contact.
        Contact = "contact",
        /// A lead.
        Lead = "lead",
        /// An opportunity.
        Opportunity = "opportunity",
        /// A product.
        Product = "product",
        /// A quote.
        Quote = "quote",
    }
}

value_struct! {
    /// A record to which an activity belongs.
    #[derive(Copy, Eq, Hash)]
    pub struct Subject {
        required {
            /// The entity.
            pub entity: SubjectEntity,
            /// The record.
            pub id: Id,
        }
    }
}

/// The records inside the subjects; the links of the activity say the same with an index.
const SUBJECTS: NestedReferences = NestedReferences {
    to: SubjectEntity::NAMES,
    find: |json, entity| {
        let subjects: Vec<Subject> = json::from_text(json).unwrap_or_default();
        subjects.into_iter().filter(|subject| subject.entity.as_str() == entity).map(|subject| subject.id).collect()
    },
    follow: |json, entity, by| {
        let subjects: Vec<Subject> = json::from_text(json).ok()?;
        let mut followed: Vec<Subject> = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let id = if subject.entity.as_str() == entity { by(subject.id) } else { subject.id };
            let subject = Subject { id, ..subject };
            if !followed.contains(&subject) {
                followed.push(subject);
            }
        }
        json::to_canonical(&followed).ok()
    },
    merge: MergePolicy::Repoint,
    through: Some(("activity_link", "activity")),
};

entity! {
    /// Something that was done with customers (跟进记录): one activity may belong to many records.
    pub struct Activity("activity", ActivityPage, Private) {
        required {
            /// What was done.
            pub kind: ActivityKind => picklist(ActivityKind::NAMES),
            /// What it was about, in one line.
            pub subject: String => text(500).searchable(),
        }
        optional {
            /// When it took place; now if nothing is said.
            pub at: Option<Timestamp> => timestamp().required().indexed(),
            /// How long it took, in minutes.
            pub duration_minutes: Option<i64> => integer().between(0, 525_600),
            /// What was said and agreed.
            pub body: Option<String> => text(20_000),
            /// The records to which it belongs; each must be visible to whoever names it.
            pub subjects: Vec<Subject> => nested().refers_inside(SUBJECTS),
            /// The identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

entity! {
    /// One subject of an activity, so that the newest activities of a record are read from an index.
    ///
    /// The engine keeps these records: one for each subject, with the owner and the time of the activity. They go and
    /// come back with it, and the rights on activities hold for them: who may not see the subjects sees no links.
    pub struct ActivityLink("activity_link", ActivityLinkPage, Private) {
        required {
            /// The activity.
            pub activity: Id => reference("activity", MergePolicy::Join).indexed().engine().with_rights_of("subjects"),
        }
        optional {
            /// When the activity took place.
            pub at: Option<Timestamp> => timestamp().required().engine().with_rights_of("at"),
            /// The account; also that of a contact, an opportunity, a quote or a converted lead, if no other subject names
            /// it.
            pub account: Option<Id> =>
                reference("account", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
            /// The contact.
            pub contact: Option<Id> =>
                reference("contact", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
            /// The lead.
            pub lead: Option<Id> =>
                reference("lead", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
            /// The opportunity.
            pub opportunity: Option<Id> =>
                reference("opportunity", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
            /// The product.
            pub product: Option<Id> =>
                reference("product", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
            /// The quote.
            pub quote: Option<Id> =>
                reference("quote", MergePolicy::Repoint).indexed_then("at").engine().with_rights_of("subjects"),
        }
    }
}

entity! {
    /// A file that belongs to exactly one record (附件). The engine keeps the hash of the content and not the bytes: these
    /// lie in the host's own store, under the hash.
    pub struct Attachment("attachment", AttachmentPage, Private) {
        required {
            /// SHA-256 of the bytes, 64 hexadecimal digits; see [`content_hash`](crate::customer::content_hash).
            pub content_hash: String => text(64).indexed().once(),
            /// The size in bytes.
            pub size_bytes: i64 => integer().between(0, i64::MAX).once(),
            /// The name of the file, without folders.
            pub file_name: String => text(255).searchable(),
        }
        optional {
            /// The type of the content, for example `application/pdf`.
            pub media_type: Option<String> => text(127),
            /// The account to which it belongs.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The contact to which it belongs.
            pub contact: Option<Id> => reference("contact", MergePolicy::Repoint).indexed(),
            /// The activity to which it belongs.
            pub activity: Option<Id> => reference("activity", MergePolicy::Repoint).indexed(),
            /// The lead to which it belongs.
            pub lead: Option<Id> => reference("lead", MergePolicy::Repoint).indexed(),
            /// The opportunity to which it belongs.
            pub opportunity: Option<Id> => reference("opportunity", MergePolicy::Repoint).indexed(),
            /// The product to which it belongs.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// The quote to which it belongs.
            pub quote: Option<Id> => reference("quote", MergePolicy::Repoint).indexed(),
            /// A note.
            pub note: Option<String> => text(1_000),
        }
    }
}

enum_field!(AccountKind, LifeCycle, HierarchyKind, ActivityKind);

impl ActivityLink {
    /// The link of one subject.
    pub(super) fn of(activity: &Activity, subject: Subject) -> Self {
        let mut link = Self { activity: activity.id, at: activity.at, owner: activity.owner, ..Self::default() };
        let place = match subject.entity {
            SubjectEntity::Account => &mut link.account,
            SubjectEntity::Contact => &mut link.contact,
            SubjectEntity::Lead => &mut link.lead,
            SubjectEntity::Opportunity => &mut link.opportunity,
            SubjectEntity::Product => &mut link.product,
            SubjectEntity::Quote => &mut link.quote,
        };
        *place = Some(subject.id);
        link
    }

    /// The subject; the account of another subject is not one.
    pub(super) fn subject(&self) -> Option<Subject> {
        let places = [
            (SubjectEntity::Contact, self.contact),
            (SubjectEntity::Lead, self.lead),
            (SubjectEntity::Opportunity, self.opportunity),
            (SubjectEntity::Product, self.product),
            (SubjectEntity::Quote, self.quote),
            (SubjectEntity::Account, self.account),
        ];
        places.into_iter().find_map(|(entity, id)| id.map(|id| Subject { entity, id }))
    }
}

impl Attachment {
    /// How many records it belongs to.
    pub(super) fn subject_count(&self) -> usize {
        let places = [self.account, self.contact, self.activity, self.lead, self.opportunity, self.product, self.quote];
        places.into_iter().flatten().count()
    }
}
