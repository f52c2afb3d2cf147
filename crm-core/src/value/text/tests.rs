use proptest::prelude::*;
use rusqlite::Connection;

use super::*;

fn found(text: &str, question: &str) -> bool {
    matches(&index_tokens(text).unwrap(), &query_phrases(question).unwrap())
}

#[test]
fn runs_are_cut_by_script_and_punctuation() {
    assert_eq!(index_tokens("GTX500型号A").unwrap(), ["gtx500", "型号", "号", "a"]);
    assert_eq!(index_tokens("铁").unwrap(), ["铁"]);
    assert_eq!(index_tokens("・カタカナ・한국어").unwrap(), ["カタ", "タカ", "カナ", "ナ", "한국", "국어", "어"]);
    assert_eq!(index_tokens("①㈱½").unwrap(), ["1", "株", "1", "2"]);
    assert_eq!(index_tokens("👷🏽‍♀️ Café, ΣΊΣΥΦΟΣ İstanbul").unwrap(), ["café", "σίσυφοσ", "istanbul"]);
    assert_eq!(index_tokens("x\u{302}y so\u{AD}ft").unwrap(), ["xy", "soft"]);
    assert!(index_tokens("").unwrap().is_empty());
}

#[test]
fn two_characters_are_found_anywhere_in_a_run_and_nowhere_across_runs() {
    let name = "中车大连机车，GTX500 发动机";
    for question in ["中车", "连机", "机车", "大连机车", "机", "连", "gtx", "GTX500", "gtx5 动机", "ＧＴＸ"]
    {
        assert!(found(name, question), "{question}");
    }
    for question in ["中大", "车发", "500", "tx", "动机车", "gtx500x", "gtx 中连"] {
        assert!(!found(name, question), "{question}");
    }
    // The single last character keeps the pairs of two runs apart.
    assert!(!found("中文 文字", "中文字"));
    assert!(!found("甲乙,乙丙", "甲乙丙"));
}

#[test]
fn limits_are_typed() {
    let error = index_tokens(&"a".repeat(MAX_TEXT_BYTES + 1)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TooLong);
    assert_eq!(error.problems()[0].data["limit"], "65536");
    assert!(index_tokens(&"a ".repeat(MAX_TEXT_BYTES / 2)).is_ok());
    assert_eq!(query_phrases(&"a".repeat(MAX_QUERY_BYTES + 1)).unwrap_err().code(), ErrorCode::TooLong);
    assert_eq!(query_phrases(&"a ".repeat(MAX_PHRASES)).unwrap().len(), MAX_PHRASES);
    assert_eq!(query_phrases(&"a ".repeat(MAX_PHRASES + 1)).unwrap_err().code(), ErrorCode::TooMany);
}

#[test]
fn long_words_are_cut_alike_in_index_and_question() {
    let long = "a".repeat(60_000);
    assert_eq!(index_tokens(&long).unwrap()[0].chars().count(), MAX_TOKEN_CHARS);
    assert!(found(&long, &long[..4000]));
    assert!(found(&"é".repeat(200), &"é".repeat(128)));
}

struct Fts(Connection);

impl Fts {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(r#"CREATE VIRTUAL TABLE search USING fts5(tokens, content = '', tokenize = "ascii")"#)
            .unwrap();
        Self(connection)
    }

    fn put(&self, id: i64, text: &str) {
        let tokens = index_text(text).unwrap();
        self.0.execute("INSERT INTO search (rowid, tokens) VALUES (?1, ?2)", (id, tokens)).unwrap();
    }

    fn find(&self, phrases: &[Phrase]) -> Vec<i64> {
        let question = fts5_query(phrases).unwrap();
        let mut statement = self.0.prepare("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid").unwrap();
        statement.query_map([question], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }
}

#[test]
fn sixty_four_phrases_and_a_very_long_one_are_accepted_by_fts5() {
    let fts = Fts::new();
    let words: String = (0..64).map(|n| format!("w{n} ")).collect();
    let run = "重".repeat(MAX_QUERY_BYTES / 3);
    fts.put(1, &words);
    fts.put(2, &run);
    assert_eq!(fts.find(&query_phrases(&words).unwrap()), [1]);
    assert_eq!(fts.find(&query_phrases(&run).unwrap()), [2]);
}

/// Few letters, so that random questions do hit random texts.
fn any_text(longest: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "中",
        "车",
        "铁",
        "龙",
        "の",
        "カ",
        "한",
        "a",
        "b",
        "g",
        "T",
        "Ｇ",
        "1",
        "2",
        "５",
        "é",
        "ß",
        "Я",
        " ",
        " ",
        "　",
        "-",
        ",",
        "。",
        "\"",
        "*",
        "'",
        "(",
        "😀",
        "👷🏽‍♀️",
        "\u{301}",
        "\u{200D}",
        "\0",
        "𠀀",
        "AND",
        "½",
        "ﷺ",
        "・",
    ]);
    prop::collection::vec(piece, 0..longest).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn memory_and_fts5_agree(texts in prop::collection::vec(any_text(14), 1..12), questions in prop::collection::vec(any_text(5), 1..12)) {
        let fts = Fts::new();
        for (id, text) in (0_i64..).zip(&texts) {
            fts.put(id, text);
        }
        for question in &questions {
            let phrases = query_phrases(question).unwrap();
            if phrases.is_empty() {
                continue;
            }
            let in_memory: Vec<i64> = (0_i64..)
                .zip(&texts)
                .filter(|(_, text)| matches(&index_tokens(text).unwrap(), &phrases))
                .map(|(id, _)| id)
                .collect();
            prop_assert_eq!(fts.find(&phrases), in_memory, "question {:?} in {:?}", question, texts);
        }
    }

    #[test]
    fn memory_and_fts5_agree_on_any_unicode(text in any::<String>(), question in any::<String>()) {
        let fts = Fts::new();
        fts.put(1, &text);
        for phrases in [query_phrases(&question), query_phrases(&text)] {
            let Ok(phrases) = phrases else { continue };
            if !phrases.is_empty() {
                prop_assert_eq!(!fts.find(&phrases).is_empty(), matches(&index_tokens(&text).unwrap(), &phrases));
            }
        }
    }

    #[test]
    fn a_text_is_found_by_itself(text in any::<String>()) {
        if let Ok(phrases) = query_phrases(&text) {
            prop_assert!(matches(&index_tokens(&text).unwrap(), &phrases));
        }
    }

    #[test]
    fn tokens_are_letters_and_digits(text in any::<String>()) {
        for token in index_tokens(&text).unwrap() {
            prop_assert!(!token.is_empty() && token.chars().all(char::is_alphanumeric), "{:?}", token);
        }
    }

    #[test]
    fn normal_form_is_final(text in any::<String>()) {
        let once = normalize_text(&text);
        prop_assert_eq!(normalize_text(&once), once);
    }

    #[test]
    fn any_part_of_a_chinese_name_is_found(name in "[中车大连机铁龙]{2,20}", from in 0_usize..18, length in 1_usize..6) {
        let characters: Vec<char> = name.chars().collect();
        let from = from.min(characters.len() - 1);
        let part: String = characters[from..(from + length).min(characters.len())].iter().collect();
        prop_assert!(found(&name, &part));
        // Substring semantics, both ways.
        let other: String = part.chars().rev().collect();
        prop_assert_eq!(found(&name, &other), name.contains(&other));
    }
}

#[test]
fn every_character_keeps_its_normal_form() {
    for character in '\0'..=char::MAX {
        let once = normalize_text(&character.to_string());
        assert_eq!(normalize_text(&once), once, "{character:?}");
    }
}
