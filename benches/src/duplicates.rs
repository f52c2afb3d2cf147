//! The look for duplicates at a save, among many accounts and where ten thousand of them share one telephone number.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use crm_core::duplicates::{DuplicateCheck, DuplicateQuestion};
use crm_core::engine::Session;
use crm_core::exchange::{ColumnMapping, ImportMapping};
use crm_core::value::FieldValue;

use crate::{Failure, world};

/// Accounts that share a telephone number.
const HOT: usize = 10_000;
const HOTLINE: &str = "+86 400 800 8000";
/// Milliseconds that half and 99 of 100 looks may take, and 99 of 100 at the hot number.
const BARS: [f64; 3] = [1.0, 10.0, 20.0];

const FIRST: [&str; 40] = [
    "东", "西", "南", "北", "华", "中", "恒", "宏", "鑫", "瑞", "天", "海", "江", "金", "银", "新", "大", "长", "永",
    "安", "泰", "德", "信", "诚", "嘉", "博", "凯", "龙", "凤", "宇", "星", "晨", "明", "亮", "盛", "富", "源", "盈",
    "达", "远",
];
const TRADES: [&str; 12] =
    ["泵业", "精密机械", "自动化设备", "轴承", "阀门", "电机", "模具", "仪表", "环保科技", "钢结构", "电缆", "液压"];
const CITIES: [&str; 16] = [
    "苏州", "无锡", "宁波", "杭州", "上海", "深圳", "东莞", "佛山", "青岛", "济南", "西安", "成都", "武汉", "长沙",
    "天津", "大连",
];
const FORMS: [&str; 3] = ["有限公司", "股份有限公司", "有限责任公司"];

fn pick(list: &[&'static str], number: usize) -> &'static str {
    list.get(number % list.len()).copied().unwrap_or_default()
}

/// Numbers that do not follow each other, the same in every run.
const fn scattered(number: usize, salt: u64) -> usize {
    let mut hash = (number as u64).wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) >> 16) as usize
}

struct Firm {
    name: String,
    city: &'static str,
    phone: String,
    email: String,
}

/// One of many firms; brands of two or three characters come again in other towns and trades.
fn firm(number: usize) -> Firm {
    let at = |salt| scattered(number, salt);
    let third = if at(4) % 2 == 0 { pick(&FIRST, at(3)) } else { "" };
    let city = pick(&CITIES, at(5));
    let brand = format!("{}{}{third}", pick(&FIRST, at(1)), pick(&FIRST, at(2)));
    let name = format!("{city}{brand}{}{}", pick(&TRADES, at(6)), pick(&FORMS, at(7)));
    let phone =
        if number < HOT { HOTLINE.to_owned() } else { format!("+86 1{:010}", 3_000_000_000 + at(8) % 6_000_000_000) };
    Firm { name, city, phone, email: format!("info@firm{}.example", at(9) % 100_000_000) }
}

fn csv(rows: usize) -> String {
    let mut text = String::from("name,city,phone,email\n");
    for number in 0..rows {
        let firm = firm(number);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{},{},{},{}", firm.name, firm.city, firm.phone, firm.email);
    }
    text
}

fn mapping() -> ImportMapping {
    let column =
        |column: &str, field: &str| ColumnMapping { column: column.into(), field: field.into(), ..Default::default() };
    let columns = vec![
        column("name", "name"),
        column("city", "city"),
        column("phone", "channels.phone"),
        column("email", "channels.email"),
    ];
    ImportMapping { entity: "account".into(), columns, ..ImportMapping::default() }
}

/// The firm again, as somebody else writes it: another form, another mail address, the mobile number of somebody there.
fn question(number: usize) -> DuplicateQuestion {
    let firm = firm(number);
    let name = firm.name.replace("股份有限公司", "有限公司").replace("有限责任公司", "有限公司");
    let phone = if number.is_multiple_of(2) { firm.phone } else { "+86 139 0000 0000".to_owned() };
    let channels = format!(r#"[{{"kind":"phone","value":"{phone}"}}]"#);
    let fields: HashMap<String, FieldValue> = HashMap::from([
        ("name".to_owned(), name.into()),
        ("city".to_owned(), firm.city.into()),
        ("channels".to_owned(), FieldValue::Json(channels)),
    ]);
    DuplicateQuestion { entity: "account".into(), fields, ..DuplicateQuestion::default() }
}

/// Milliseconds of each look, in rising order, and in how many the firm itself was found.
fn looks(session: &Session, numbers: impl Iterator<Item = usize>) -> Result<(Vec<f64>, usize), Failure> {
    let (mut times, mut found) = (Vec::new(), 0);
    for number in numbers {
        let asked = question(number);
        let start = Instant::now();
        let check: DuplicateCheck = session.duplicates().check(&asked)?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        let name = firm(number).name;
        found += usize::from(check.hits.iter().any(|hit| hit.label == name));
    }
    times.sort_by(f64::total_cmp);
    Ok((times, found))
}

fn share(times: &[f64], part: f64) -> f64 {
    let place = (times.len() as f64 * part) as usize;
    times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

pub fn measure(folder: &Path, rows: usize, rounds: usize) -> Result<(), Failure> {
    let file = folder.join("duplicates.db");
    let crm = world::open(&file, crm_core::store::Durability::Normal)?;
    let admin = crm.session("main", "admin")?;
    let start = Instant::now();
    let report = admin.import_csv(csv(rows).as_bytes(), &mapping(), false)?;
    if report.rejected > 0 {
        return Err(format!("{:?}", report.rejects.first()).into());
    }
    println!("\nduplicates: {rows} accounts, {:.0} s to import", start.elapsed().as_secs_f64());
    println!("{:.0} MB of file", std::fs::metadata(&file)?.len() as f64 / 1e6);
    looks(&admin, (0..200).map(|number| scattered(number, 99) % rows))?;
    let (times, found) = looks(&admin, (0..rounds).map(|number| HOT + scattered(number, 77) % (rows - HOT).max(1)))?;
    let (hot, hot_found) = looks(&admin, (0..rounds.min(1_000)).map(|number| scattered(number, 55) % HOT))?;
    println!("{:<28} {:>8} {:>8} {:>8} {:>8}", "look at a save, ms", "p50", "p99", "most", "found");
    for (name, times, found) in [("among all", &times, found), ("where 10,000 share a number", &hot, hot_found)] {
        let part = found as f64 / times.len().max(1) as f64;
        let most = times.last().copied().unwrap_or_default();
        println!("{name:<28} {:>8.3} {:>8.3} {most:>8.3} {part:>8.3}", share(times, 0.5), share(times, 0.99));
    }
    let [half, most, most_hot] = BARS;
    for (what, time, bar) in [
        ("p50", share(&times, 0.5), half),
        ("p99", share(&times, 0.99), most),
        ("p99 hot", share(&hot, 0.99), most_hot),
    ] {
        if time > bar {
            println!("{what} is above the bar of {bar} ms");
        }
    }
    Ok(())
}
