//! BMEcat: how fast catalogues are read, written and taken into a database.
//!
//! `--bmecat FOLDER` reads every `.xml` file of a folder; without a folder a catalogue is made whose products have as many
//! features as those of a maker of terminals.

use std::path::Path;
use std::time::Instant;

use crm_core::exchange::{
    BmecatCatalog, BmecatCode, BmecatFeature, BmecatFeatures, BmecatImport, BmecatProduct, BmecatText, read_bmecat,
    write_bmecat,
};
use crm_core::store::Durability;

use crate::{Failure, world};

/// Features of a made product.
const FEATURES: usize = 400;

/// The files of a folder, or a made catalogue of so many products.
fn files(folder: Option<&Path>, products: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let Some(folder) = folder else { return Ok(vec![made(products).into_bytes()]) };
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    paths.sort();
    Ok(paths.into_iter().map(std::fs::read).collect::<std::io::Result<_>>()?)
}

fn made(products: usize) -> String {
    let text = |text: String| vec![BmecatText { text, language: None }];
    let feature = |product: usize, place: usize| BmecatFeature {
        id: Some(format!("0173-1#02-{place:06}#001")),
        names: text(format!("Feature {place}")),
        values: text(((product * 7 + place) % 1_000).to_string()),
        unit: place.is_multiple_of(4).then(|| "mm".to_owned()),
        number: Some(place.to_string()),
        parent_number: Some("-1".to_owned()),
        ..BmecatFeature::default()
    };
    let product = |product: usize| {
        let features = BmecatFeatures {
            system: Some("ECLASS-9.0".to_owned()),
            classes: vec![BmecatCode { value: format!("2714{:04}", product % 10), kind: None }],
            features: (0..FEATURES).map(|place| feature(product, place)).collect(),
            ..BmecatFeatures::default()
        };
        BmecatProduct {
            supplier_pid: format!("P-{product}"),
            short: text(format!("Terminal {product}")),
            features: vec![features],
            ..BmecatProduct::default()
        }
    };
    let products = (0..products).map(product).collect();
    write_bmecat(&BmecatCatalog { catalog_id: "bench".to_owned(), products, ..BmecatCatalog::default() })
}

/// Prints megabytes per second for each way.
pub fn measure(temporary: &Path, folder: Option<&Path>, products: usize) -> Result<(), Failure> {
    let files = files(folder, products)?;
    let megabytes = files.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
    let told = |what: &str, seconds: f64| println!("{what}: {seconds:.3} s, {:.1} MB/s", megabytes / seconds);
    let start = Instant::now();
    let read: Vec<_> = files.iter().map(|bytes| read_bmecat(bytes)).collect::<Result<_, _>>()?;
    let features: u64 = read.iter().map(|file| file.root().count("FEATURE")).sum();
    println!("{} files, {megabytes:.1} MB, {features} features", files.len());
    told("read", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let same = read.iter().zip(&files).filter(|(file, bytes)| file.to_xml().as_bytes() == bytes.as_slice()).count();
    told("written", start.elapsed().as_secs_f64());
    println!("{same} of {} files are the same bytes", files.len());
    let crm = world::open(&temporary.join("bmecat.db"), Durability::Normal)?;
    let session = crm.session("main", "admin")?;
    for round in ["imported", "imported again"] {
        let start = Instant::now();
        let mut taken = 0;
        for (place, bytes) in files.iter().enumerate() {
            let options = BmecatImport { system: Some(format!("bench {place}")), ..BmecatImport::default() };
            let report = session.import_bmecat(bytes, &options, false)?;
            taken += report.created + report.unchanged;
            for reject in report.rejects.iter().take(3) {
                println!("rejected: {} {:?}: {}", reject.row, reject.field, reject.reason);
            }
        }
        told(round, start.elapsed().as_secs_f64());
        println!("{taken} products");
    }
    let start = Instant::now();
    let mut same = 0;
    for (place, bytes) in files.iter().enumerate() {
        same += usize::from(session.export_bmecat(&format!("bench {place}"), None)?.as_bytes() == bytes.as_slice());
    }
    told("exported", start.elapsed().as_secs_f64());
    println!("{same} of {} files are the same bytes", files.len());
    Ok(())
}
