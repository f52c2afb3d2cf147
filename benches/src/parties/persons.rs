//! People, in households, and what records say of them: names in three scripts, birth dates, numbers, addresses.

use std::collections::HashSet;

use super::company::{Land, Makers, Person, Site, ascii};
use super::noise::{Writer, country, dialling, mobile, plain, typo};
use super::random::Random;
use super::record::Record;

/// Somebody, with a second set of what changes in a life.
struct Human<'w> {
    entity: usize,
    household: usize,
    land: Land,
    who: Person,
    /// The family name after a wedding, in both scripts; empty if there was none.
    married: String,
    birth: [usize; 3],
    homes: Vec<Site<'w>>,
    mobiles: Vec<String>,
    mails: Vec<String>,
}

/// Makes people, one household after the other.
pub struct Households<'w> {
    makers: Makers<'w>,
    mails: HashSet<String>,
    humans: usize,
    households: usize,
}

impl<'w> Households<'w> {
    /// Starts with nobody.
    pub fn new(makers: Makers<'w>) -> Self {
        Self { makers, mails: HashSet::new(), humans: 0, households: 0 }
    }

    /// The records of the next household: `copies` tells how many each of its members has.
    pub fn records(
        &mut self,
        writer: &Writer<'w>,
        copies: impl Fn(&mut Random) -> usize,
        random: &mut Random,
    ) -> Vec<Record> {
        let household = self.household(random);
        let mut records = Vec::new();
        for human in &household {
            for _ in 0..copies(random) {
                records.push(record(human, writer, random));
            }
        }
        records
    }

    fn household(&mut self, random: &mut Random) -> Vec<Human<'w>> {
        self.households += 1;
        let lands = [Land::China, Land::German, Land::Britain, Land::America, Land::Korea];
        let land = lands.get(random.weighted([520, 170, 80, 120, 110].into_iter())).copied().unwrap_or(Land::China);
        let Some(first) = self.human(land, random) else { return Vec::new() };
        let others = if random.chance(920) { 0 } else { 1 + random.early(3) };
        let mut all = vec![first];
        for _ in 0..others {
            all.extend(self.relative(&all, random));
        }
        all
    }

    fn human(&mut self, land: Land, random: &mut Random) -> Option<Human<'w>> {
        self.humans += 1;
        let who = self.makers.person(land, random);
        let again = self.makers.person(land, random);
        let city = self.makers.some_city(land, random)?;
        let mut homes = vec![self.makers.site(land, city, random)];
        if random.chance(330) {
            let elsewhere = if random.chance(400) { self.makers.some_city(land, random) } else { None };
            homes.push(self.makers.site(land, elsewhere.unwrap_or(city), random));
        }
        let mut mobiles = vec![who.mobile.clone()];
        if random.chance(250) {
            mobiles.push(again.mobile.clone());
        }
        let mut mails = vec![self.mail(&who, random)];
        if random.chance(300) {
            mails.push(self.mail(&who, random));
        }
        let west = matches!(land, Land::German | Land::Britain | Land::America);
        let [_, other] = again.latin;
        Some(Human {
            entity: self.humans,
            household: self.households,
            land,
            married: if west && random.chance(90) { other } else { String::new() },
            birth: [random.between(1_942, 2_004), random.between(1, 12), random.between(1, 28)],
            who,
            homes,
            mobiles,
            mails,
        })
    }

    /// An address that nobody has yet.
    fn mail(&mut self, who: &Person, random: &mut Random) -> String {
        let [given, family] = who.latin.each_ref().map(|part| ascii(part));
        let free = ["gmail.com", "163.com", "qq.com", "gmx.de", "outlook.com", "naver.com", "web.de", "126.com"];
        let service = if who.mail.is_empty() { random.text(&free) } else { who.mail };
        let mut digits = if random.chance(600) { random.digits(2 + family.len() % 3) } else { String::new() };
        let shape = random.below(4);
        loop {
            let local = match shape {
                0 => format!("{given}.{family}{digits}"),
                1 => format!("{family}{given}{digits}"),
                2 => format!("{}{family}{digits}", given.chars().take(1).collect::<String>()),
                _ => format!("{given}{digits}"),
            };
            let mail = format!("{local}@{service}");
            if self.mails.insert(mail.clone()) {
                return mail;
            }
            digits.push(super::random::digit(random.below(10)));
        }
    }

    /// Somebody who lives there too; most have the family name.
    fn relative(&mut self, all: &[Human<'w>], random: &mut Random) -> Option<Human<'w>> {
        let first = all.first()?;
        let mut other = self.human(first.land, random)?;
        other.homes.clone_from(&first.homes);
        if random.chance(300) {
            other.mobiles.clone_from(&first.mobiles);
        }
        let [year, month, day] = first.birth;
        other.birth = match random.below(10) {
            // Twins.
            0 => [year, month, day],
            1..6 => [(year + random.below(8)).saturating_sub(4), random.between(1, 12), random.between(1, 28)],
            _ => [year.saturating_sub(27), random.between(1, 12), random.between(1, 28)],
        };
        if random.chance(700) {
            let [given, _] = other.who.latin.clone();
            let [first_given, family] = first.who.latin.clone();
            // A father and a son may share the whole name.
            let given = if random.chance(80) { first_given } else { given };
            other.who.name = match first.land {
                Land::China | Land::Korea if given == first.who.latin.first().cloned().unwrap_or_default() => {
                    first.who.name.clone()
                }
                Land::China | Land::Korea => {
                    first.who.name.chars().take(1).chain(other.who.name.chars().skip(1)).collect()
                }
                _ => format!("{given} {family}"),
            };
            other.who.latin = [given, family];
            other.mails = vec![self.mail(&other.who, random)];
        }
        Some(other)
    }
}

fn early_or_late<'a, T>(list: &'a [T], thousandths: usize, random: &mut Random) -> Option<&'a T> {
    if random.chance(thousandths) { list.first() } else { list.last() }
}

fn record(human: &Human<'_>, writer: &Writer<'_>, random: &mut Random) -> Record {
    let (given, family) = names(human, writer, random);
    let latin = given.is_ascii() || !matches!(human.land, Land::China | Land::Korea);
    let whole = match random.below(100) {
        _ if !latin => format!("{family}{given}"),
        0..80 => format!("{given} {family}"),
        80..92 => format!("{family}, {given}"),
        _ => format!("{family} {given}"),
    };
    let code = match human.land {
        Land::China => "CN",
        Land::German => human.homes.first().map_or("DE", |home| home.city.code),
        Land::Britain => "GB",
        Land::America => "US",
        _ => "KR",
    };
    let parted = random.chance(780);
    // Given and family name in each other's field.
    let (given, family) = if random.chance(35) { (family, given) } else { (given, family) };
    let phone = early_or_late(&human.mobiles, 720, random).filter(|_| random.chance(720));
    let mail = early_or_late(&human.mails, 720, random).filter(|_| random.chance(600));
    let mut record = Record {
        entity: format!("p{}", human.entity),
        family: format!("h{}", human.household),
        name: (!parted || random.chance(300)).then_some(whole),
        given_name: parted.then_some(given),
        family_name: parted.then_some(family),
        birth_date: random.chance(620).then(|| birth(human, random)),
        country: random.chance(850).then(|| country(code, random)),
        phone: phone.map(|number| mobile(dialling(code), number, random)),
        email: mail.map(|mail| if random.chance(30) { typo(mail, random) } else { mail.clone() }),
        ..Record::default()
    };
    if let Some(home) = early_or_late(&human.homes, 720, random)
        && random.chance(850)
    {
        writer.place(human.land, home, latin && human.land == Land::China, &mut record, random);
    }
    record
}

const SHORT: &[(&str, &str)] = &[
    ("Michael", "Mike"),
    ("Thomas", "Tom"),
    ("William", "Bill"),
    ("Robert", "Bob"),
    ("James", "Jim"),
    ("Richard", "Rick"),
    ("Elizabeth", "Liz"),
    ("Patricia", "Pat"),
    ("Jennifer", "Jenny"),
    ("Margaret", "Peggy"),
    ("Alexander", "Alex"),
    ("Katharina", "Kathi"),
    ("Stefanie", "Steffi"),
    ("Wolfgang", "Wolf"),
    ("Joseph", "Joe"),
    ("Daniel", "Dan"),
    ("Matthew", "Matt"),
    ("Anthony", "Tony"),
    ("Susanne", "Susi"),
    ("Andreas", "Andi"),
    ("Sebastian", "Basti"),
];

/// Given and family name as the record has them.
fn names(human: &Human<'_>, writer: &Writer<'_>, random: &mut Random) -> (String, String) {
    let [given, family] = human.who.latin.clone();
    if matches!(human.land, Land::China | Land::Korea) && !random.chance(90) {
        let mut name = human.who.name.clone();
        if human.land == Land::China {
            if random.chance(50) {
                name = writer.misspelt(&name, random);
            }
            if random.chance(40) {
                name = writer.traditional(&name);
            }
        }
        let mut signs = name.chars();
        let first: String = signs.by_ref().take(1).collect();
        return (signs.collect(), first);
    }
    let (mut given, mut family) = (given, family);
    if !human.married.is_empty() && random.chance(450) {
        let joined = format!("{family}-{}", human.married);
        family = if random.chance(300) { joined } else { human.married.clone() };
    }
    match random.below(100) {
        0..4 => {
            given = SHORT.iter().find(|(long, _)| *long == given).map_or(given, |(_, short)| (*short).to_owned());
        }
        4..7 => given = format!("{}.", given.chars().take(1).collect::<String>()),
        7..11 => given = typo(&given, random),
        11..16 => family = typo(&family, random),
        16..18 => (given, family) = (given.to_uppercase(), family.to_uppercase()),
        _ => (),
    }
    if random.chance(250) {
        (given, family) = (plain(&given, true), plain(&family, true));
    }
    (given, family)
}

fn birth(human: &Human<'_>, random: &mut Random) -> String {
    let [mut year, mut month, mut day] = human.birth;
    match random.below(100) {
        0..2 if day <= 12 => (month, day) = (day, month),
        2..4 => day = random.between(1, 28),
        4 => year = (year + random.between(1, 2)).saturating_sub(1),
        5 => (month, day) = (1, 1),
        _ => (),
    }
    match (human.land, random.below(100)) {
        (Land::German, 0..30) => format!("{day:02}.{month:02}.{year}"),
        (Land::China | Land::Korea, 0..12) => format!("{year}/{month}/{day}"),
        (Land::China, 12..22) => format!("{year}年{month}月{day}日"),
        (_, 22..27) => format!("{year}{month:02}{day:02}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}
